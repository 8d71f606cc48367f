using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Language;

namespace EbpfCat.Tests.Language;

public sealed class VerdictTests
{
    [Fact]
    public void Enumerations_stand_for_the_names_of_verdicts()
    {
        AssertSame(ProgramType.Xdp, XdpVerdict.Drop, "Drop");
        AssertSame(ProgramType.Tc, TcVerdict.Unspec, "Unspec");
        AssertSame(ProgramType.Tc, TcVerdict.Drop, "Shot");
        AssertSame(ProgramType.SocketFilter, SocketFilterVerdict.Pass, "Pass");
        AssertSame(ProgramType.CgroupSkb, CgroupVerdict.Deny, "Drop");
        AssertSame(ProgramType.Lsm, LsmVerdict.Deny, "Deny");
    }

    [Fact]
    public void Enumeration_is_a_default_action()
    {
        var definition = new ProgramDefinition("one", ProgramType.Xdp) { DefaultAction = XdpVerdict.Tx };
        Assert.Equal(3, ProgramCompiler.Compile(definition).Instructions[0].Immediate);
    }

    private static void AssertSame(ProgramType type, Expression verdict, string name) =>
        Assert.Equal(Compile(type, name), Compile(type, verdict));

    private static IReadOnlyList<Instruction> Compile(ProgramType type, Expression verdict) =>
        ProgramCompiler.Compile(new ProgramDefinition("one", type).AddCode(code => code.Return(verdict))).Instructions;
}
