using System.Reflection;
using System.Runtime.CompilerServices;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class CodeBuilderTests
{
    public static TheoryData<string, Type> Headers => [.. typeof(Packet).GetProperties()
        .Where(property => property.PropertyType.IsSubclassOf(typeof(NamedHeader)))
        .Select(property => (property.Name, property.PropertyType))];

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_has_a_member_for_each_of_its_fields(string name, Type type)
    {
        var expression = (HeaderExpression)typeof(Packet).GetProperty(name)!.GetValue(null)!;
        var members = type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly);
        Assert.Equal(name, expression.Header.Name);
        Assert.Equal(expression.Header.Fields.Select(field => field.Name), members.Select(member => member.Name));
        foreach (var member in members)
        {
            var field = Assert.IsType<HeaderFieldExpression>(member.GetValue(expression));
            Assert.Equal((expression.Header, member.Name),
                (field.Header.Whole ?? field.Header, field.HeaderField.Name));
        }
    }

    [Fact]
    public void Every_header_is_a_member_of_Packet() => Assert.Equal(
        PacketHeaders.All.Select(header => header.Name), Headers.Select(row => row.Data.Item1));

    [Fact]
    public void Every_header_is_a_member_of_the_packet_in_a_tunnel() => Assert.Equal(
        PacketHeaders.All.Select(header => $"Inner.{header.Name}"),
        typeof(InnerPacket).GetProperties()
            .Where(property => property.PropertyType.IsSubclassOf(typeof(NamedHeader)))
            .Select(property => ((NamedHeader)property.GetValue(Packet.Inner)!).Header.Name));

    [Fact]
    public void Every_value_of_the_moment_is_a_member_of_Current()
    {
        var members = typeof(Current).GetProperties().Where(one => one.PropertyType == typeof(SystemValueExpression));
        var values = members.Select(one => (one.Name, ((SystemValueExpression)one.GetValue(null)!).Value.ToString()));
        Assert.Equal(Enum.GetNames<SystemValue>().Except(["ReturnValue"]).Select(name => (name, name)), values);
    }

    [Theory]
    [InlineData(1, "one")]
    [InlineData(2, "two")]
    [InlineData(3, "else")]
    public void ElseIf_and_Else_continue_an_If(int value, string expected) =>
        Assert.Equal(expected, Branch(value, (code, set) => code
            .If(Value == 1, then => set(then, "one"))
            .ElseIf(Value == 2, then => set(then, "two"))
            .Else(otherwise => set(otherwise, "else"))));

    [Theory]
    [InlineData(1, "one")]
    [InlineData(2, "two")]
    [InlineData(3, "default")]
    public void A_switch_runs_the_clause_of_its_value(int value, string expected) =>
        Assert.Equal(expected, Branch(value, (code, set) => code.Switch(Value, choice => choice
            .Case(1, body => set(body, "one"))
            .Case(2, body => set(body, "two"))
            .Default(body => set(body, "default")))));

    [Fact]
    public void ElseIf_without_If_is_refused() => Assert.Throws<InvalidOperationException>(() => Script.Define()
        .AddCode(code => code.Return("Pass").ElseIf(true, then => then.Return("Drop"))));

    [Fact]
    public void Loops_hand_their_value_to_the_body()
    {
        var definition = Script.Define();
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        using var program = Script.Run(definition, code => code
            .For("i", 1, 4, (body, i) => body.Increment(sum, i))
            .ForEach("value", [100, 200], (body, value) => body.Increment(sum, value))
            .Local("turns", 0, out var turns)
            .DoWhile(body => body.Increment(turns).Increment(sum, 1000), turns < 3)
            .Return("Pass"));
        Assert.Equal(3310ul, program.Variables["sum"].Value);
    }

    [Fact]
    public void Expressions_have_the_operators_of_the_script()
    {
        Assert.Equal(3, Script.Number(_ => Expression.Constant(3).Min(5)));
        Assert.Equal(5, Script.Number(_ => Expression.Constant(3).Max(5)));
        Assert.Equal(7, Script.Number(_ => Expression.Constant(-7).Abs()));
        Assert.Equal(1, Script.Number(_ => Packet.Udp.DestinationPort.In([52, 53])));
        Assert.Equal(0, Script.Number(_ => Packet.Udp.DestinationPort.In([])));
        Assert.Equal(1, Script.Number(_ => (Packet.Length > 1).Xor(Packet.Length > 1000)));
    }

    [Fact]
    public void A_map_takes_structs_and_stands_for_itself_as_an_argument()
    {
        var definition = Script.Define();
        var key = StructType.Create([new("Source", AddressType.IPv4), new("Port", ScalarType.UInt16)]);
        var flows = definition.AddMap("flows", MapType.Hash, key, ScalarType.UInt64, 16);
        using var program = Script.Run(definition, code => code
            .Increment(flows[Expression.Struct(
                [("Source", Packet.IPv4.Source), ("Port", Packet.Udp.DestinationPort)])])
            .Return("Pass"));
        var entry = Assert.Single(program.Maps["flows"].Entries());
        Assert.Equal(1ul, entry.Value);
        Assert.Equal((ushort)53, ((IReadOnlyDictionary<string, object?>)entry.Key!)["Port"]);
        Assert.Same(flows, Assert.IsType<MapReferenceExpression>((Expression)flows).Map);
    }

    [Fact]
    public void Set_says_whether_the_map_had_room()
    {
        var definition = Script.Define();
        var seen = definition.AddMap<uint, uint>("seen", MapType.Hash, 1);
        var first = definition.AddVariable<bool>("first");
        var second = definition.AddVariable<bool>("second");
        using var program = Script.Run(definition, code => code
            .Assign(first, seen.Set(1, 10))
            .Assign(second, seen.Set(2, 20))
            .Return("Pass"));
        Assert.True(program.Variable(first).Value);
        Assert.False(program.Variable(second).Value);
        Assert.Equal(KeyValuePair.Create(1u, 10u), Assert.Single(program.Map(seen)));
    }

    [Fact]
    public void Negative_sizes_and_offsets_are_refused()
    {
        var definition = Script.Define();
        Assert.Throws<ArgumentOutOfRangeException>(() => definition.AddMap<uint, uint>("negative", MapType.Hash, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => definition.AddPacketVariable("before", -1, ScalarType.UInt8));
        Assert.Throws<ArgumentOutOfRangeException>(() => definition.MinimumPacketSize = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => definition.BufferSize = -4096);
    }

    [Fact]
    public void A_switch_has_one_default() => Assert.Throws<InvalidOperationException>(() => Script.Define()
        .AddCode(code => code.Switch(Packet.Length, lengths => lengths
            .Default(one => one.Return("Pass"))
            .Default(other => other.Return("Drop")))));

    [Fact]
    public void Debug_takes_an_interpolated_string()
    {
        var definition = Script.Define().AddCode(code => code.Debug($"a {Packet.Length} and {1}").Debug("end"));
        Assert.Equal(
            "debug 'a ', packet.Length, ' and ', 1\ndebug 'end'\n".ReplaceLineEndings("\n"),
            ProgramPrinter.Print(definition.Body));
    }

    [Fact]
    public async Task Output_has_the_fields_that_the_code_names()
    {
        Assert.SkipWhen(
            KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");
        var token = TestContext.Current.CancellationToken;
        const string tracepoint = "syscalls/sys_enter_getpriority";
        var definition = new ProgramDefinition("calls", ProgramType.Tracepoint) { Target = tracepoint };
        using var program = EbpfProgram.Load(definition.AddCode(code => code
            .If(Counting.OwnProcess, then => then.Output(
                [("ThreadId", Current.ThreadId), ("Which", Event.Field("which"))]))));
        using var attachment = TracepointAttachment.Attach(program, new(tracepoint));
        SystemCalls.GetPriority(2, 0);
        await foreach (var call in program.Events<Call>(token))
        {
            Assert.Equal(2, call.Which);
            break;
        }
    }

    [Fact]
    public void A_mistake_carries_the_line_of_CSharp_that_wrote_it()
    {
        var definition = Script.Define();
        var seen = definition.AddVariable("seen", ScalarType.Boolean);
        var line = 0;
        definition.AddCode(code => code
            .If(Packet.IPv4, then => then
                .Assign(seen, OnLine(seen.Field("typo"), out line))));

        var refusal = Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition));

        Assert.EndsWith("CodeBuilderTests.cs", refusal.SourceSpan!.File, StringComparison.Ordinal);
        Assert.Equal(line, refusal.SourceSpan.Line);
    }

    [Fact]
    public void A_null_expression_is_refused_where_it_is_given() =>
        Assert.Throws<ArgumentNullException>(() => Script.Define().AddCode(code => code.Do(Packet.Length + null!)));

    private static Expression Value => Packet.Read(0, ScalarType.UInt8);

    private static Expression OnLine(Expression value, out int line, [CallerLineNumber] int number = 0)
    {
        line = number;
        return value;
    }

    private static string Branch(int value, Action<CodeBuilder, Action<CodeBuilder, string>> write)
    {
        var definition = Script.Define();
        var result = definition.AddVariable("result", new StringType(16));
        var packet = Script.Packet();
        packet[0] = (byte)value;
        using var program = Script.Run(
            definition, code => write(code, (body, text) => body.Assign(result, text)), packet);
        return (string)program.Variables["result"].Value!;
    }

    private sealed record Call(uint ThreadId, long Which);
}
