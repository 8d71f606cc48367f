using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class WildcardTests
{
    [Theory]
    [InlineData("tcp_connect", "tcp_*", true)]
    [InlineData("tcp_connect", "*_connect", true)]
    [InlineData("tcp_connect", "*c*c*", true)]
    [InlineData("tcp_connect", "tcp?connect", true)]
    [InlineData("tcp_connect", "tcp_connect", true)]
    [InlineData("tcp_connect", "[a-t]cp_*", true)]
    [InlineData("tcp_connect", "[!a-s]cp_*", true)]
    [InlineData("tcp_connect", "***", true)]
    [InlineData("", "*", true)]
    [InlineData("aXbXc", "*X?", true)]
    [InlineData("tcp_connect", "tcp", false)]
    [InlineData("tcp_connect", "[!t]*", false)]
    [InlineData("tcp_connect", "[abc]*", false)]
    [InlineData("tcp_connect", "*_connec", false)]
    [InlineData("tcp_connect", "TCP_*", false)]
    [InlineData("", "?", false)]
    [InlineData("a[b", "a[b", true)]
    [InlineData("a]b", "a[]]b", true)]
    [InlineData("a-b", "a[x-]b", true)]
    public void Pattern_matches_whole_names(string name, string pattern, bool matches) =>
        Assert.Equal(matches, Wildcard.Matches(name, pattern));
}
