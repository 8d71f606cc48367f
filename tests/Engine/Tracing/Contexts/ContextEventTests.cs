using System.Net;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Tracing.Contexts;

/// <summary>
/// What programs of control groups are handed; what they do with it the tests of <c>CgroupAttachment</c> show.
/// </summary>
public sealed class ContextEventTests
{
    public static TheoryData<ProgramType, ProgramHook?> Hooks =>
        new(HookTable.All.Where(row => ContextEvent.For(row.Type, row.Hook) is not null)
            .Select(row => (row.Type, row.Hook)));

    // The verifier knows which fields each hook has, and how many bytes of them are read at once.
    [Theory]
    [MemberData(nameof(Hooks))]
    public void Every_context_field_can_be_read(ProgramType type, ProgramHook? hook)
    {
        var names = ContextEvent.For(type, hook)!.FieldNames;
        Assert.NotEmpty(names);
        foreach (var part in names.Chunk(12))
        {
            var definition = new ProgramDefinition("reading", type) { Hook = hook };
            definition.AddCode(code =>
            {
                foreach (var name in part)
                {
                    var field = new EventFieldExpression([name]) { IsOfContext = true };
                    var isAddress = name.Contains("ip", StringComparison.Ordinal) ||
                        name.EndsWith("Address", StringComparison.Ordinal);
                    var result =
                        definition.AddVariable($"seen_{name}", isAddress ? AddressType.IPAddress : ScalarType.UInt64);
                    code.Assign(result, field);
                }
            });
            using var program = Counting.LoadOrSkip(definition);
        }
    }

    [Theory]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Connect4, "Address")]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Connect6, "Address")]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.SendMessage4, "SourceAddress")]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Bind4, "Port")]
    [InlineData(ProgramType.CgroupSocket, ProgramHook.SocketCreate, "mark")]
    [InlineData(ProgramType.SockOps, ProgramHook.SocketOperations, "reply")]
    [InlineData(ProgramType.CgroupSocketOption, ProgramHook.GetSocketOption, "retval")]
    public void Writable_fields_can_be_assigned(ProgramType type, ProgramHook hook, string name)
    {
        var definition = new ProgramDefinition("writing", type) { Hook = hook };
        Expression value = !name.EndsWith("Address", StringComparison.Ordinal) ? 0
            : hook == ProgramHook.Connect6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        using var program = Counting.LoadOrSkip(
            definition.AddCode(code => code.Assign(Field(name), value).Assign(Field(name), Field(name))));
    }

    [Theory]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Connect4, "user_ip6", "Connect6")]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Connect4, "SourceAddress", "SendMessage4")]
    [InlineData(ProgramType.CgroupSocketAddress, null, "Address", "such as Bind4")]
    [InlineData(ProgramType.CgroupSocketAddress, ProgramHook.Connect4, "Prt", "Did you mean Port")]
    [InlineData(ProgramType.Xdp, null, "Port", "ask for the packet")]
    public void Unknown_field_is_refused_with_advice(ProgramType type, ProgramHook? hook, string name, string advice)
    {
        var definition = new ProgramDefinition("reading", type) { Hook = hook };
        var seen = definition.AddVariable("seen", ScalarType.UInt32);
        definition.AddCode(code => code.Assign(seen, Field(name)));
        Assert.Contains(advice, Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition)).Suggestion,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProgramType.Tc, "Mark Priority Queue TimeStamp")]
    [InlineData(ProgramType.CgroupSkb, "Mark Priority")]
    public void Packet_programs_change_their_context(ProgramType type, string names)
    {
        var definition = new ProgramDefinition("changing", type);
        var fields = names.Split(' ').Select(name => typeof(Packet).GetProperty(name)!.GetValue(null)!).ToList();
        VariableExpression[] seen =
            [.. fields.Select((_, at) => definition.AddVariable($"seen{at}", ScalarType.UInt64))];
        definition.AddCode(code =>
        {
            for (var at = 0; at < seen.Length; at++)
            {
                var field = (EventFieldExpression)fields[at];
                code.Assign(field, at + 5).Assign(field, field + 2).Assign(seen[at], field);
            }
        });
        using var program = EbpfProgram.Load(definition);
        program.TestRun(Language.Script.Packet());
        Assert.Equal(
            Enumerable.Range(7, seen.Length).Select(value => (object)(ulong)value),
            seen.Select((_, at) => program.Variables[$"seen{at}"].Value));
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.SocketFilter)]
    public void Context_that_the_kernel_keeps_cannot_be_assigned(ProgramType type)
    {
        var definition = new ProgramDefinition("changing", type);
        definition.AddCode(code => code.Assign((EventFieldExpression)Packet.Queue, 1));
        var refusal = Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition));
        Assert.Contains($"Queue of the packet can only be read by a program of type {type}", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Field_that_another_type_has_names_the_type()
    {
        var definition = new ProgramDefinition("reading", ProgramType.Xdp);
        definition.AddCode(code => code.Return(Packet.Mark));
        Assert.Contains("Programs of type Tc, SocketFilter, CgroupSkb", Assert.Throws<CompileException>(
            () => EbpfProgram.Compile(definition)).Suggestion, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, false)]
    [InlineData(ProgramType.Tc, true)]
    public void Interface_is_that_of_the_attachment(ProgramType type, bool isTc)
    {
        using var network = Packets.Connected();
        var definition = new ProgramDefinition("where", type);
        var seen = definition.AddVariable("seen", ScalarType.UInt32);
        definition.AddCode(code => code.Assign(seen, Packet.InterfaceIndex)
            .Return(isTc ? TcVerdict.Pass : XdpVerdict.Pass));
        using var attachment = network.NearNamespace.Run(() => isTc
            ? new TcAttachOptions(VethPair.Near).Attach(definition)
            : new XdpAttachOptions(VethPair.Near).Attach(definition));
        Assert.True(Packets.Arrives(network, 1));
        Assert.Equal((uint)network.NearIndex, attachment.Program.Variables["seen"].Value);
    }

    [Fact]
    public void Read_only_field_cannot_be_assigned()
    {
        var definition =
            new ProgramDefinition("writing", ProgramType.CgroupSocketAddress) { Hook = ProgramHook.Connect4 };
        definition.AddCode(code => code.Assign(Field("family"), 2));
        Assert.Contains("only be read", Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition)).Message,
            StringComparison.Ordinal);
    }

    private static EventFieldExpression Field(string name) => new([name]);
}
