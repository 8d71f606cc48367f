using EbpfCat.Language;

namespace EbpfCat.Tests.Language;

public sealed class SourceSpanTests
{
    [Fact]
    public void An_error_shows_the_line_with_a_mark_under_its_place() => Assert.Equal(
        ["<script>:1:3: Wrong.", "  \t$x = 1", "  \t ~~"], Lines(new SourceSpan(null, 1, 3, "\t$x = 1", 2)));

    [Fact]
    public void An_error_shows_the_part_of_a_long_line_around_its_place()
    {
        var line = new string('a', 5000) + "wrong" + new string('b', 5000);
        var shown = Lines(new SourceSpan(null, 1, 5001, line, 5));
        Assert.All(shown, one => Assert.InRange(one.Length, 1, 170));
        var place = shown[2].IndexOf('~', StringComparison.Ordinal);
        Assert.Equal("wrong", shown[1].Substring(place, shown[2].Length - place));
        Assert.StartsWith("  … a", shown[1], StringComparison.Ordinal);
        Assert.EndsWith("b …", shown[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 10000)]
    [InlineData(9999, 5)]
    [InlineData(10001, 1)]
    [InlineData(20000, 1)]
    public void A_place_at_the_end_of_a_long_line_or_beyond_it_is_shown(int column, int length)
    {
        var shown = Lines(new SourceSpan(null, 1, column, new string('a', 10000), length));
        Assert.All(shown, one => Assert.InRange(one.Length, 1, 170));
        Assert.Contains("~", shown[2], StringComparison.Ordinal);
    }

    private static string[] Lines(SourceSpan place) =>
        new Diagnostic("Wrong", "Wrong.", place).ToString().Split(Environment.NewLine);
}
