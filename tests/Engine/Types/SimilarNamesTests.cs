using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public class SimilarNamesTests
{
    private static readonly string[] Names = ["Packets", "Bytes", "Sources", "PacketCount"];

    [Theory]
    [InlineData("packet", "Packets PacketCount")]
    [InlineData("pakcets", "Packets")]
    [InlineData("BYTE", "Bytes")]
    [InlineData("Destinations", "")]
    [InlineData("", "")]
    [InlineData("x", "")]
    public void Near_names_are_found_nearest_first(string name, string found) =>
        Assert.Equal(found, string.Join(' ', SimilarNames.Find(name, Names)));

    [Fact]
    public void They_make_a_question()
    {
        Assert.Equal("; did you mean Packets or PacketCount?", SimilarNames.Ask("packet", Names));
        Assert.Equal("; did you mean Bytes?", SimilarNames.Ask("byts", Names));
        Assert.Equal("", SimilarNames.Ask("elephant", Names));
    }

    [Fact]
    public void No_more_are_found_than_asked_for() => Assert.Single(SimilarNames.Find("packet", Names, most: 1));
}
