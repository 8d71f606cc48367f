using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Binding;

public sealed class BinderTests
{
    private readonly ProgramDefinition _program = new("many", ProgramType.SocketFilter);

    [Fact]
    public void All_errors_of_a_program_are_reported_at_once()
    {
        var counts = _program.AddMap("counts", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        var text = new Local("text");
        var flag = new Function("flag", [], code => code.Do(Expression.CallHelper("no_such_helper")).Return(1));
        _program.AddCode(code => code
            .Assign(text, "text")
            .If((Expression)text < 3, then => then.Break())
            .Assign(counts["nowhere"], 1)
            .Assign(Packet.Read(1, ScalarType.UInt8), 2)
            .Assign(text, flag.Call())
            .Return("Dropp"));
        Assert.Equal(
            ["UnknownHelper", "NotComparable", "BreakOutsideLoop", "WrongType", "ReadOnlyPacket", "WrongType",
                "UnknownVerdict"], Ids());
    }

    [Fact]
    public void An_error_does_not_bring_forth_others()
    {
        var missing = new ErrorExpression();
        var local = new Local("local");
        var counts = _program.AddMap("counts", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        _program.AddCode(code => code
            .Assign(local, missing)
            .Assign(counts[local], ((Expression)local).Field("Name") + 1)
            .If((Expression)local == "text", then => then.Increment(counts[missing]))
            .Return(((Expression)true).Field("Name") + (Expression)local));
        Assert.Equal(["NotAStruct"], Ids());
    }

    [Fact]
    public void Errors_where_the_program_never_comes_are_reported_too()
    {
        _program.AddCode(code => code.Return("Pass").If(false, then => then.Return("Dropp")));
        Assert.Equal(["UnknownVerdict"], Ids());
    }

    [Fact]
    public void A_program_that_is_nested_too_deeply_is_refused()
    {
        Expression deep = Packet.Length;
        for (var level = 0; level < 100_000; level++) deep = deep + 1;
        _program.AddCode(code => code.Return(deep));
        Assert.Equal(["NestedTooDeeply"], Ids());
    }

    private IEnumerable<string> Ids()
    {
        var refusal = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(_program));
        foreach (var diagnostic in refusal.Diagnostics)
            Assert.Contains(diagnostic.Problem, refusal.Message, StringComparison.Ordinal);
        return refusal.Diagnostics.Select(diagnostic => diagnostic.Id);
    }
}
