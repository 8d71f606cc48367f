using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Parts of a program, which have variables of their own.</summary>
public sealed class PartTests
{
    [Fact]
    public void Part_that_is_added_twice_has_two_variables()
    {
        var definition = Script.Define("parts");
        AddCounter(definition, "left", 10);
        AddCounter(definition, "right", 100);
        definition.Code.Return("Pass");
        using var program = EbpfProgram.Load(definition);
        program.TestRun(new byte[64]);
        Assert.Equal(1UL, program.Variables["left.count"].Value);
        Assert.Equal(0UL, program.Variables["RIGHT.COUNT"].Value);
    }

    [Theory]
    [InlineData("left.count", "left.count")]
    [InlineData("left.count", "left")]
    [InlineData("left", "left.count")]
    [InlineData("left.count", "left.count.high")]
    [InlineData("left.count.high", "left.count")]
    public void Variable_and_part_do_not_share_a_name(string first, string second)
    {
        var definition = Script.Define("parts");
        definition.AddVariable(first, ScalarType.UInt64);
        var error = Assert.Throws<CompileException>(
            () => definition.Copy().AddVariable(second.ToUpperInvariant(), ScalarType.UInt64));
        Assert.Equal(DiagnosticIds.DuplicateName, error.Id);
        definition.AddVariable("right.count", ScalarType.UInt64);
    }

    [Fact]
    public void Part_of_a_copy_is_not_in_the_original()
    {
        var definition = Script.Define("parts");
        definition.Copy().AddPart("left.inner");
        Assert.False(definition.HasPart("left"));
        definition.AddPart("left.inner");
        Assert.True(definition.HasPart("LEFT"));
        Assert.True(definition.HasPart("left.inner"));
    }

    private static void AddCounter(ProgramDefinition program, string name, int size)
    {
        var count = program.AddVariable($"{name}.count", ScalarType.UInt64);
        program.Code.If(Packet.Length > size, then => then.Increment(count));
    }
}
