using System.Net;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Tracing.Contexts;

/// <summary>
/// What programs of control groups are handed; what they do with it the tests of <c>CgroupAttachment</c> show.
/// </summary>
public sealed class ContextEventTests
{
    public static TheoryData<ProgramType, ProgramHook> Hooks =>
        new(HookTable.All.Where(row => row.Hook is { } hook && ContextEvent.For(row.Type, hook) is not null)
            .Select(row => (row.Type, row.Hook!.Value)));

    // The verifier knows which fields each hook has, and how many bytes of them are read at once.
    [Theory]
    [MemberData(nameof(Hooks))]
    public void Every_context_field_can_be_read(ProgramType type, ProgramHook hook)
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
                    var field = Field(name);
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
