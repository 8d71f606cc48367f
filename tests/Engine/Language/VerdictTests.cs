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

    [Fact]
    public void Verdicts_of_another_program_type_are_refused()
    {
        // The kernel's numbers differ: TC_ACT_SHOT is 2, and XDP_PASS too.
        Assert.Equal(
            "'TcVerdict.Drop' is not a verdict of Xdp programs.", Refusal(ProgramType.Xdp, TcVerdict.Drop).Problem);
        Assert.Equal(
            "There are: Aborted, Drop, Pass, Tx, Redirect.", Refusal(ProgramType.Xdp, LsmVerdict.Deny).Suggestion);
        Assert.Equal(DiagnosticIds.UnknownVerdict, Refusal(ProgramType.Tc, XdpVerdict.Pass).Id);
        Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            new ProgramDefinition("one", ProgramType.Xdp) { DefaultAction = TcVerdict.Drop }));

        static CompileException Refusal(ProgramType type, Expression verdict) =>
            Assert.Throws<CompileException>(() => Compile(type, verdict));
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(true)]
    [InlineData(5_000_000_000)]
    [InlineData(new[] { 1 })]
    public void Default_action_is_a_name_or_a_number_of_32_bits(object action)
    {
        var definition = new ProgramDefinition("one", ProgramType.Xdp) { DefaultAction = action };
        var refusal = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(definition));
        Assert.Equal(DiagnosticIds.UnknownVerdict, refusal.Id);
    }

    private static void AssertSame(ProgramType type, Expression verdict, string name) =>
        Assert.Equal(Compile(type, name), Compile(type, verdict));

    private static IReadOnlyList<Instruction> Compile(ProgramType type, Expression verdict) =>
        ProgramCompiler.Compile(new ProgramDefinition("one", type).AddCode(code => code.Return(verdict))).Instructions;
}
