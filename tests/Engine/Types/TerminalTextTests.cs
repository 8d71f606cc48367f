using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/tmp/a näme 漢", "/tmp/a näme 漢")]
    [InlineData("\x1b[2Ja", @"\x1b[2Ja")]
    [InlineData("a\nb\r\t\0", @"a\nb\r\t\x00")]
    [InlineData("\u009b2J\u007f", @"\x9b2J\x7f")]
    [InlineData("gpj.\u202eexe", @"gpj.\u202eexe")]
    public void Control_characters_are_escaped(string text, string expected) =>
        Assert.Equal(expected, TerminalText.Escape(text));
}
