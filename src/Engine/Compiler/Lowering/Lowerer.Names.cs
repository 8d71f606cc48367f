using System.Net.NetworkInformation;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>Constant texts that stand for what they are compared with: names of numbers, and addresses.</content>
internal sealed partial class Lowerer
{
    // What a value is that was computed once to be compared several times, as by -in.
    private readonly Dictionary<Local, Expression> _letValues = new(ReferenceEqualityComparer.Instance);

    // $event.state -eq 'TCP_LISTEN' and $packet.IPv4.Protocol -eq 'Tcp' compare numbers, $packet.IPv4.Source -eq '10.0.0.1' addresses.
    private BinaryExpression WithoutNames(BinaryExpression comparison)
    {
        var (left, right) = (Meant(comparison.Left, comparison.Right, comparison), Meant(comparison.Right, comparison.Left, comparison));
        return left is null && right is null
            ? comparison
            : new BinaryExpression(comparison.Operator, left ?? comparison.Left, right ?? comparison.Right) { Source = comparison.Source };
    }

    private ConstantExpression? Meant(Expression constant, Expression other, BinaryExpression comparison)
    {
        if (constant is not ConstantExpression { Value: string text }) return null;
        var origin = other is LocalExpression { Local: var local } && _letValues.TryGetValue(local, out var value) ? value : other;
        var source = constant.Source ?? comparison.Source;
        object? meant = (_typer.EnumerationOf(origin), origin, _typer.TypeOf(other)) switch
        {
            ({ } named, _, _) => MemberOf(named, text, source),
            (_, HeaderFieldExpression field, ScalarType) => ProtocolOf(field, text, source),
            (_, _, AddressType address) => AddressOf(address, text, comparison.Operator, source),
            _ => null,
        };
        return meant is null ? null : new ConstantExpression(meant) { Source = constant.Source };
    }

    private static long MemberOf(EnumType named, string text, SourceSpan? source) => (long)(named.FindValue(text)
        ?? throw Error("UnknownName", $"There is no '{text}' in {named.Name}.", source, SimilarNames.Sentence(text, [.. named.Members.Select(m => m.Key)])));

    // The field that says what header comes next has the names of headers.
    private static long? ProtocolOf(HeaderFieldExpression field, string text, SourceSpan? source)
    {
        var names = PacketHeaders.NamedBy(field.Header, field.HeaderField);
        if (names.Count == 0) return null;
        return names.TryGetValue(text, out var number) ? number : throw Error("UnknownName",
            $"'{text}' is no name for {field.Header.Name}.{field.HeaderField.Name}, which is a number.", source,
            $"Write the number, or one of {string.Join(", ", names.Keys)}.");
    }

    private static object AddressOf(AddressType type, string text, BinaryOperator comparison, SourceSpan? source)
    {
        if (comparison is BinaryOperator.StartsWith or BinaryOperator.CaseSensitiveStartsWith)
        {
            throw Error("WrongType", $"{type.Name} is no text, and has no beginning '{text}'.", source, AdviceForNetwork(type));
        }

        if (type == AddressType.Mac)
        {
            if (PhysicalAddress.TryParse(text.Trim(), out var physical) && physical.GetAddressBytes().Length == type.Size) return physical;
        }
        else
        {
            if (AddressType.TryParse(text.AsSpan().Trim(), out var address)) return address;
            if (text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && AddressType.TryParse(text.AsSpan(0, slash).Trim(), out _))
            {
                throw Error("WrongType", $"'{text}' is a network, not an address.", source, AdviceForNetwork(type));
            }
        }

        throw Error("WrongType", $"'{text}' is not an address of type {type.Name}.", source,
            type == AddressType.Mac ? "Write it as '02:00:5e:10:00:01'." : "Write it as '10.0.0.1' or '2001:db8::1'.");
    }

    private static string AdviceForNetwork(AddressType type)
    {
        if (type == AddressType.Mac) return "Compare whole addresses, or the bytes where they are: $packet.Byte(6) -eq 0x02.";
        var key = type.Kind switch { AddressKind.IPv4 => "prefix4", AddressKind.IPv6 => "prefix6", _ => "ipprefix" };
        var map = $"Declare a map of networks, Add-EbpfMap networks -Type LpmTrie -Key {key} -Value byte -MaxEntries 64, and write $address -in $networks.";
        return type == AddressType.IPv4 ? map + " For one network a mask does: ([uint32]$address -band 0xff000000) -eq 0x0a000000 asks for 10.0.0.0/8." : map;
    }

    private static string AdviceToCompare(EbpfType left, EbpfType right) => (left, right) switch
    {
        (AddressType, StringType) or (StringType, AddressType) =>
            "A text that is known when the program is built becomes an address: write it where it is compared, or [ipaddress]'10.0.0.1'.",
        (ScalarType, StringType) or (StringType, ScalarType) => "This value has no names: write the number.",
        _ => "Compare numbers with numbers, addresses with addresses, texts with texts.",
    };
}
