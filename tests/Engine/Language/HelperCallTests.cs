using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Calls of kernel helpers by name, beside reads of the packet.</summary>
public sealed class HelperCallTests
{
    private const int Rounds = 500;

    /// <summary>
    /// The helpers that invalidate packet pointers, for each program type with packet pointers that has them.
    /// </summary>
    public static TheoryData<ProgramType, string> InvalidatingHelpers()
    {
        var data = new TheoryData<ProgramType, string>();
        foreach (var helper in HelperTable.All.Where(helper => helper.Has(HelperTraits.InvalidatesPacketPointers)))
        {
            if (helper.Id == HelperId.TailCall) continue;
            if (Features.Supports(helper, BpfProgramType.Xdp)) data.Add(ProgramType.Xdp, helper.Name);
            if (Features.Supports(helper, BpfProgramType.SchedCls)) data.Add(ProgramType.Tc, helper.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(InvalidatingHelpers))]
    public void The_packet_is_read_after_any_helper_that_moves_it(ProgramType type, string helper)
    {
        var definition = new ProgramDefinition("moved", type);
        var seen = definition.AddVariable("seen", ScalarType.UInt64);
        using var loaded = EbpfProgram.Load(definition.AddCode(code => ReadCallRead(code, seen, Call(helper))));
        Assert.True(loaded.Id > 0);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, "xdp_adjust_tail", 4)]
    [InlineData(ProgramType.Tc, "clone_redirect", 4)]
    [InlineData(ProgramType.Tc, "clone_redirect", Rounds)]
    public void The_packet_is_read_around_a_helper_that_moves_it_in_a_loop(ProgramType type, string helper, int rounds)
    {
        var definition = new ProgramDefinition("loop", type);
        var seen = definition.AddVariable("seen", ScalarType.UInt64);
        var round = new Local("round", ScalarType.Int64);
        using var loaded = EbpfProgram.Load(definition.AddCode(code => code
            .For(round, 1, rounds, body => ReadCallRead(body, seen, Call(helper)))
            .Update(seen, BinaryOperator.Add, Packet.IPv4["TimeToLive"])));
        Assert.True(loaded.Id > 0);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, 20)]
    [InlineData(ProgramType.Tc, 20)]
    [InlineData(ProgramType.Xdp, 48)]
    [InlineData(ProgramType.Tc, 48)]
    public void Helper_reads_the_bytes_of_a_header(ProgramType type, int size)
    {
        var packet = Script.Packet();
        packet.AsSpan(42).Fill(0x81);
        var words = Enumerable.Range(0, size / 2).Sum(i => BitConverter.ToUInt16(packet, 14 + 2 * i));
        var sum = Call(type, "csum_diff", packet, 0, 0, Packet.IPv4, size, 0);
        Assert.Equal(words % 0xffff, sum % 0xffff);
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Helper_is_not_called_for_a_header_that_is_absent_or_cut(ProgramType type)
    {
        var packet = Script.Packet();
        Assert.Equal(-14, Call(type, "csum_diff", packet, 0, 0, Packet.IPv6, 40, 0));
        Assert.Equal(-14, Call(type, "csum_diff", packet, 0, 0, Packet.Udp, 32, 0));
        Assert.NotEqual(-14, Call(type, "csum_diff", packet, 0, 0, Packet.Udp, 28, 0));
    }

    [Fact]
    public void Bytes_of_a_header_are_copied_for_a_helper_that_takes_none_of_the_packet()
    {
        var packet = Script.Packet();
        var definition = new ProgramDefinition("copy", ProgramType.Tc);
        using var loaded = EbpfProgram.Load(definition.AddCode(code => code.If(Packet.Udp, then => then
            .Do(Expression.CallHelper("skb_store_bytes", new ContextExpression(), 42, Packet.IPv4, 20, 0)))));
        var run = loaded.TestRun(packet);
        Assert.Equal(packet[14..34], run.Packet[42..62]);
        Assert.Equal(packet[..42], run.Packet[..42]);
    }

    [Fact]
    public void Bytes_of_a_header_are_counted_from_where_any_of_its_alternatives_can_be()
    {
        int Needed(Expression header) => Binder.Bind(Script.Define().AddCode(code => code
            .Do(Expression.CallHelper("csum_diff", 0, 0, header, 256, 0))), null, null).PacketBytes;
        Assert.Equal(14 + 256, Needed(Packet.IP));
        Assert.Equal(Needed(Packet.Inner.IPv6), Needed(Packet.Inner.IP));
        Assert.Equal(Needed(Packet.Tcp), Needed(Packet.Transport));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-16")]
    public void Number_that_no_helper_can_have_is_refused(string number) =>
        Refused(DiagnosticIds.UnknownHelper, $"no helper '{number}'", number, new ContextExpression());

    [Fact]
    public void Bytes_of_a_header_are_a_constant_number_and_only_read()
    {
        Refused(DiagnosticIds.WrongArguments, "must be a constant", "csum_diff", 0, 0, Packet.IPv4, Packet.Length, 0);
        Refused(DiagnosticIds.WrongArguments, "1 to 256 bytes", "csum_diff", 0, 0, Packet.IPv4, 260, 0);
        Refused(DiagnosticIds.NotAPlace, "writes into its argument 3", "xdp_load_bytes", new ContextExpression(), 0,
            Packet.IPv4, 20);
    }

    private static void Refused(string id, string words, string helper, params Expression[] arguments)
    {
        var refusal = Assert.Throws<CompileException>(() => Script.Load(Script.Define(),
            code => code.Do(Expression.CallHelper(helper, arguments))));
        Assert.Equal(id, refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    private static long Call(ProgramType type, string helper, byte[] packet, params Expression[] arguments)
    {
        var definition = new ProgramDefinition("call", type);
        var result = definition.AddVariable("result", ScalarType.Int64);
        using var loaded = EbpfProgram.Load(definition.AddCode(code => code
            .Assign(result, Expression.CallHelper(helper, arguments))));
        loaded.TestRun(packet);
        return (long)loaded.Variables["result"].Value!;
    }

    [Fact]
    public void The_packet_is_read_after_a_tail_call_to_no_program()
    {
        var definition = Script.Define("tail");
        var seen = definition.AddVariable("seen", ScalarType.UInt64);
        var programs = definition.AddMap("programs", MapType.ProgramArray, ScalarType.UInt32, ScalarType.UInt32, 2);
        using var loaded = Script.Run(definition, code => ReadCallRead(
            code, seen, programs.TailCall(1)));
        Assert.Equal(128ul, loaded.Variables["seen"].Value);
    }

    [Fact]
    public void Bytes_that_a_helper_stores_are_read_back()
    {
        Assert.SkipUnless(Features.Supports(HelperTable.Find("xdp_store_bytes")!, BpfProgramType.Xdp),
            "Linux 5.18 has xdp_store_bytes");
        var definition = Script.Define("store");
        var before = definition.AddVariable("before", ScalarType.UInt8);
        var after = definition.AddVariable("after", ScalarType.UInt8);
        using var loaded = Script.Run(definition, code => code
            .Assign(before, Packet.Read(40, ScalarType.UInt8))
            .Do(Expression.CallHelper("xdp_store_bytes", new ContextExpression(), 40, "x", 1))
            .Assign(after, Packet.Read(40, ScalarType.UInt8)));
        Assert.Equal(((byte)0, (byte)'x'), (loaded.Variables["before"].Value, loaded.Variables["after"].Value));
    }

    private static void ReadCallRead(CodeBuilder code, Expression seen, Expression call) => code
        .Update(seen, BinaryOperator.Add, Packet.IPv4["TimeToLive"])
        .Do(call)
        .Update(seen, BinaryOperator.Add, Packet.IPv4["TimeToLive"]);

    // Arguments that the verifier accepts; what the helper does with them does not matter.
    private static Expression Call(string name) =>
        Expression.CallHelper(name, [.. HelperTable.Find(name)!.Parameters.Select(
        parameter => parameter.Kind switch
        {
            HelperParameterKind.Context => (Expression)new ContextExpression(),
            HelperParameterKind.Number => 0,
            HelperParameterKind.Size => 16,
            _ => "sixteen letters!",
        })]);
}
