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
    public void Similar_names_come_nearest_first(string name, string found) =>
        Assert.Equal(found, string.Join(' ', SimilarNames.Find(name, Names)));

    [Fact]
    public void A_digit_finds_the_name_that_ends_with_it() =>
        Assert.Equal(["arg0"], SimilarNames.Find("0", ["arg0", "arg1", "r10"]));

    [Fact]
    public void Similar_names_form_a_question()
    {
        Assert.Equal("; did you mean Packets or PacketCount?", SimilarNames.Ask("packet", Names));
        Assert.Equal("; did you mean Bytes?", SimilarNames.Ask("byts", Names));
        Assert.Equal("", SimilarNames.Ask("elephant", Names));
    }

    [Fact]
    public void Number_of_similar_names_is_limited() => Assert.Single(SimilarNames.Find("packet", Names, max: 1));
}
