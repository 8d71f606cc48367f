using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class DefinitionCopyTests
{
    [Fact]
    public void Copy_for_a_target_leaves_the_original_definition_unchanged()
    {
        var definition =
            new ProgramDefinition("one", ProgramType.Tracing) { Hook = ProgramHook.Fentry, License = "MIT" };
        definition.AddVariable("n", ScalarType.UInt32);
        var copy = definition.WithTarget("tcp_close").WithHook(ProgramHook.Fexit);
        Assert.Equal(("tcp_close", ProgramHook.Fexit, "MIT"), (copy.Target, copy.Hook, copy.License));
        Assert.Equal(definition.Variables, copy.Variables);
        copy.AddVariable("m", ScalarType.UInt32);
        Assert.Equal((null, ProgramHook.Fentry, 1), (definition.Target, definition.Hook, definition.Variables.Count));
    }
}
