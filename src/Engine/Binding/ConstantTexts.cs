using System.Net.NetworkInformation;

namespace EbpfCat.Binding;

/// <summary>Resolves constant texts by what they are compared with: names of numbers, and addresses.</summary>
internal sealed class ConstantTexts(BindingContext context)
{
    /// <summary>The comparison with texts as numbers and addresses; null where one is wrong (reported).</summary>
    public BinaryExpression? Resolve(BinaryExpression comparison)
    {
        var left = Resolve(comparison.Left, comparison.Right, comparison);
        var right = Resolve(comparison.Right, comparison.Left, comparison);
        if (left is null || right is null) return null;
        return ReferenceEquals(left, comparison.Left) && ReferenceEquals(right, comparison.Right)
            ? comparison
            : new BinaryExpression(comparison.Operator, left, right) { Source = comparison.Source };
    }

    /// <summary>What to do about two types that cannot be compared.</summary>
    public static string AdviceToCompare(EbpfType left, EbpfType right) => (left, right) switch
    {
        (AddressType, StringType) or (StringType, AddressType) =>
            "A constant text is taken for an address where it is compared with one; or compare with an address.",
        (ScalarType, StringType) or (StringType, ScalarType) => "This value has no names: write the number.",
        _ => "Compare numbers with numbers, addresses with addresses, texts with texts.",
    };

    private Expression? Resolve(Expression constant, Expression other, BinaryExpression comparison)
    {
        if (constant is not ConstantExpression { Value: string text }) return constant;
        var origin = other is LocalExpression { Local: var local }
            && context.ComparedValues.TryGetValue(local, out var value)
            ? value : other;
        var source = constant.Source ?? comparison.Source;
        var errors = context.Diagnostics.ErrorCount;
        object? meant = (context.Typer.EnumerationOf(origin), origin, context.Typer.TypeOf(other)) switch
        {
            ({ } named, _, _) => MemberOf(named, text, source),
            (_, HeaderFieldExpression field, ScalarType) => ProtocolOf(field, text, source),
            (_, _, AddressType address) => AddressOf(address, text, comparison.Operator, source),
            _ => null,
        };
        return meant is not null ? new ConstantExpression(meant) { Source = constant.Source }
            : context.Diagnostics.ErrorCount > errors ? null : constant;
    }

    private object? MemberOf(EnumType named, string text, SourceSpan? source) => named.FindValue(text) is { } value
        ? (long)value
        : Error(DiagnosticIds.UnknownValueName, $"There is no '{text}' in {named.Name}.", source,
            SimilarNames.Sentence(text, [.. named.Members.Select(m => m.Key)]));

    // The field that says what header comes next has the names of headers.
    private object? ProtocolOf(HeaderFieldExpression field, string text, SourceSpan? source)
    {
        var names = PacketHeaders.NamedBy(field.Header, field.HeaderField);
        if (names.Count == 0) return null;
        return names.TryGetValue(text, out var number) ? (long)number : Error(DiagnosticIds.UnknownValueName,
            $"'{text}' is no name for {field.Header.Name}.{field.HeaderField.Name}, which is a number.", source,
            $"Write the number, or one of {string.Join(", ", names.Keys)}.");
    }

    private object? AddressOf(AddressType type, string text, BinaryOperator comparison, SourceSpan? source)
    {
        if (comparison is BinaryOperator.StartsWith or BinaryOperator.CaseSensitiveStartsWith)
        {
            return Error(DiagnosticIds.AddressAsText, $"{type.Name} is no text, and has no beginning '{text}'.",
                source, AdviceForNetwork(type));
        }

        if (type == AddressType.Mac)
        {
            if (PhysicalAddress.TryParse(text.Trim(), out var physical)
                && physical.GetAddressBytes().Length == type.Size)
            {
                return physical;
            }
        }
        else
        {
            if (AddressType.TryParse(text.AsSpan().Trim(), out var address)) return address;
            if (text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
                && AddressType.TryParse(text.AsSpan(0, slash).Trim(), out _))
            {
                return Error(DiagnosticIds.AddressAsText, $"'{text}' is a network, not an address.", source,
                    AdviceForNetwork(type));
            }
        }

        return Error(DiagnosticIds.WrongType, $"'{text}' is not an address of type {type.Name}.", source,
            type == AddressType.Mac ? "Write it as '02:00:5e:10:00:01'." : "Write it as '10.0.0.1' or '2001:db8::1'.");
    }

    private static string AdviceForNetwork(AddressType type)
    {
        if (type == AddressType.Mac) return "Compare whole addresses, or single bytes of the packet.";
        var key = type.Kind switch { AddressKind.IPv4 => "prefix4", AddressKind.IPv6 => "prefix6", _ => "ipprefix" };
        var map = $"Ask whether the address is in a map of networks, of kind LpmTrie with keys of type {key}.";
        return type == AddressType.IPv4
            ? map + " For one network a mask does: the address as a number, "
                + "and 0xff000000, is 0x0a000000 for 10.0.0.0/8."
            : map;
    }

    private object? Error(string id, string problem, SourceSpan? source, string? suggestion)
    {
        context.Diagnostics.Report(id, problem, source, suggestion);
        return null;
    }
}
