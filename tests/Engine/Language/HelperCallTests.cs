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
