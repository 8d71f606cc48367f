using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>
/// Constant texts that convert to the type they are compared with. The packet is UDP over IPv4 from 10.77.0.2.
/// </summary>
public sealed class ConstantTextTests
{
    [Theory]
    [InlineData("IPv4.Source", "10.77.0.2", true)]
    [InlineData("IPv4.Source", " 10.77.0.2 ", true)]
    [InlineData("IPv4.Source", "10.77.0.1", false)]
    [InlineData("IPv4.Source", "::ffff:10.77.0.2", true)]
    [InlineData("IPv4.Source", "2001:db8::1", false)]
    [InlineData("Ethernet.Source", "00:00:00:00:00:00", true)]
    [InlineData("Ethernet.Source", "00-00-00-00-00-01", false)]
    [InlineData("IPv4.Protocol", "Udp", true)]
    [InlineData("IPv4.Protocol", "tcp", false)]
    [InlineData("Ethernet.EtherType", "IPv4", true)]
    public void Constant_text_converts_to_the_type_it_is_compared_with(string field, string text, bool equal)
    {
        Assert.Equal(equal, Holds(Field(field) == text));
        Assert.Equal(equal, Holds((Expression)text == Field(field)));
        Assert.Equal(!equal, Holds(Field(field) != text));
        var local = CodeBuilder.Local("value");
        Assert.Equal(equal, Holds(new LetExpression(local, Field(field), (Expression)local == text)));
    }

    [Theory]
    [InlineData("IPv4.Source", "10.0.0.256", "'10.0.0.256' is not an address of type ipv4", "10.0.0.1")]
    [InlineData("IPv4.Source", "10.0.0.0/8", "'10.0.0.0/8' is a network", "LpmTrie with keys of type prefix4")]
    [InlineData("IPv6.Source", "2001:db8::/32", "'2001:db8::/32' is a network", "LpmTrie with keys of type prefix6")]
    [InlineData("Ethernet.Source", "00:00:00", "'00:00:00' is not an address of type mac", "02:00:5e:10:00:01")]
    [InlineData("IPv4.Protocol", "Nil", "'Nil' is no name for IPv4.Protocol", "Tcp, Udp, ")]
    [InlineData("IPv4.TimeToLive", "long", "uint8 and string[5] cannot be compared", "number")]
    public void Text_that_does_not_convert_is_refused(string field, string text, string problem, string advice)
    {
        var refusal = Assert.Throws<CompileException>(() => Holds(Field(field) == text));
        Assert.Contains(problem, refusal.Problem, StringComparison.Ordinal);
        Assert.Contains(advice, refusal.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_support_neither_prefix_match_nor_ordering()
    {
        var refusal = Assert.Throws<CompileException>(
            () => Holds(new BinaryExpression(BinaryOperator.StartsWith, Field("IPv4.Source"), "10.77.")));
        Assert.Contains("'10.77.'", refusal.Problem, StringComparison.Ordinal);
        Assert.Contains("LpmTrie", refusal.Suggestion, StringComparison.Ordinal);
        Assert.Contains("order", Assert.Throws<CompileException>(
            () => Holds(Field("IPv4.Source") < "10.0.0.1")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("post", true)]
    [InlineData("POS", false)]
    [InlineData("POSTS", false)]
    public void Text_that_fills_its_place_compares_with_a_constant(string text, bool equal)
    {
        var packet = Script.Packet();
        "POST"u8.CopyTo(packet.AsSpan(50));
        var read = Packet.Read(50, new StringType(4));
        Assert.Equal(equal, Script.Value(ScalarType.Boolean, _ => read == text, packet));
        Assert.Equal(text is not "POSTS", Script.Value(ScalarType.Boolean,
            _ => new BinaryExpression(BinaryOperator.StartsWith, read, text), packet));
    }

    private static HeaderFieldExpression Field(string path)
    {
        var names = path.Split('.');
        var header = PacketHeaders.Find(names[0])!;
        return new HeaderFieldExpression(header, header.GetField(names[1]));
    }

    private static bool Holds(Expression condition) =>
        Script.Verdict(Script.Define(),
            c => c.If(condition, then => then.Return("Drop"), @else => @else.Return("Tx"))).Verdict == "Drop";
}
