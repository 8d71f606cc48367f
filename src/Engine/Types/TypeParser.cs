namespace EbpfCat.Types;

/// <summary>Reads the text of a type: <c>[order] name [:[first:]bits] {[length]} [(order)]</c>.</summary>
internal static class TypeParser
{
    public static bool TryParse(
        string text, [NotNullWhen(true)] out EbpfType? type, [NotNullWhen(false)] out string? error)
    {
        if (TypeNames.Words.TryGetValue(text, out type))
        {
            error = null;
            return true;
        }

        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        // PowerShell passes -Type [uint64] on as this text.
        if (rest.Length > 2 && rest[0] == '[' && rest[^1] == ']') rest = rest[1..^1].Trim();
        error = ParseLinear(rest.ToString(), out type);
        if (error is not null) return false;
        if (type is not null) return true;
        ByteOrder? order = TakeByteOrder(ref rest);
        int bracket = rest.IndexOf('[');
        ReadOnlySpan<char> dimensions = bracket < 0 ? default : rest[bracket..];
        if (bracket >= 0) rest = rest[..bracket].TrimEnd();
        int colon = rest.IndexOf(':');
        ReadOnlySpan<char> bits = colon < 0 ? default : rest[(colon + 1)..];
        string name = (colon < 0 ? rest : rest[..colon]).TrimEnd().ToString();
        error = TypeNames.Texts.Contains(name) ? ParseText(text, name, ref dimensions, out type)
            : !dimensions.IsEmpty && IsSocketAddress(name) ? ParseSocketAddress(text, ref dimensions, out type)
            : ParseName(text, name, out type);
        if (error is null && order is { } given)
            error = type is ScalarType scalar ? Set(out type, scalar.WithByteOrder(given)) : NoByteOrder(text, type!);
        if (error is null && colon >= 0) error = TakeBits(text, bits, dimensions.IsEmpty, ref type!);
        while (error is null && !dimensions.IsEmpty)
        {
            error = TakeLength(text, ref dimensions, out int length);
            if (error is null && type!.Depth == EbpfType.MaxDepth) error = EbpfType.TooDeep;
            if (error is null && (long)type!.Size * length > int.MaxValue) error = $"'{text}' does not fit in 2 GiB.";
            if (error is null)
                type = type is ScalarType number ? ArrayType.Of(number, length) : new ArrayType(type!, length);
        }

        if (error is not null) type = null;
        return error is null && type is not null;
    }

    private static string? ParseLinear(string text, out EbpfType? type)
    {
        try
        {
            type = HistogramType.ParseLinear(text);
            return null;
        }
        catch (FormatException wrong)
        {
            type = null;
            return wrong.Message;
        }
    }

    // The number of bits, or the first of them and their number.
    private static string? TakeBits(string text, ReadOnlySpan<char> bits, bool isAlone, ref EbpfType type)
    {
        var (first, count) = (0, 0);
        int colon = bits.IndexOf(':');
        if ((colon >= 0 && !int.TryParse(bits[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out first))
            || !int.TryParse(bits[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out count))
        {
            return $"'{text}' is not a kernel type; bits are written as in uint8:3, or from bit 4 on as in uint8:4:3.";
        }

        if (type is not ScalarType scalar || !isAlone) return $"'{text}' has bits, which only a number has.";
        try
        {
            type = scalar.WithBits(first, count);
            return null;
        }
        catch (FormatException error)
        {
            return $"'{text}' is not a kernel type; {error.Message}";
        }
    }

    private static ByteOrder? TakeByteOrder(ref ReadOnlySpan<char> rest)
    {
        if (rest.Length > 1 && TypeNames.ByteOrders.TryGetValue(rest[0], out ByteOrder order))
        {
            rest = rest[1..].TrimStart();
            return order;
        }

        return TakeSuffix(ref rest, TypeNames.BigEndianSuffix) ? ByteOrder.BigEndian
            : TakeSuffix(ref rest, TypeNames.LittleEndianSuffix) ? ByteOrder.LittleEndian : null;
    }

    private static bool TakeSuffix(ref ReadOnlySpan<char> rest, string suffix)
    {
        if (!rest.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return false;
        rest = rest[..^suffix.Length].TrimEnd();
        return true;
    }

    private static string? ParseName(string text, string name, out EbpfType? type)
    {
        type = null;
        if (name.Length == 0) return $"'{text}' is not a kernel type; a type has a name, such as uint64.";
        if (name.Length == 1)
        {
            if (TypeNames.Letters.TryGetValue(name[0], out type)) return null;
            string letters = string.Join(' ', TypeNames.Letters.Keys.Order());
            return $"'{text}' is not a kernel type; the letters are {letters} (their case counts).";
        }

        if (TypeNames.Words.TryGetValue(name, out type)) return null;
        string question = SimilarNames.Ask(name, TypeNames.Suggested);
        return question.Length > 0
            ? $"'{text}' is not a kernel type{question}"
            : $"'{text}' is not a kernel type; there are {string.Join(", ", TypeNames.Offered)}.";
    }

    private static string? ParseText(string text, string name, ref ReadOnlySpan<char> dimensions, out EbpfType? type)
    {
        type = null;
        if (dimensions.IsEmpty)
            return $"'{text}' needs its capacity in bytes, the NUL at its end among them, such as {name}[16].";
        string? error = TakeLength(text, ref dimensions, out int capacity);
        if (error is null) type = new StringType(capacity);
        return error;
    }

    private static bool IsSocketAddress(string name) =>
        TypeNames.Words.TryGetValue(name, out EbpfType? type) && type is SocketAddressType;

    private static string? ParseSocketAddress(string text, ref ReadOnlySpan<char> dimensions, out EbpfType? type)
    {
        type = null;
        string? error = TakeLength(text, ref dimensions, out int size);
        if (error is not null) return error;
        if (size < 16) return $"'{text}' is not a kernel type; the address of a socket takes 16 bytes at least.";
        type = new SocketAddressType(size);
        return null;
    }

    private static string? TakeLength(string text, ref ReadOnlySpan<char> dimensions, out int length)
    {
        length = 0;
        int end = dimensions.IndexOf(']');
        if (dimensions[0] != '[' || end < 0)
            return $"'{text}' is not a kernel type; a length is written as in uint32[4].";
        ReadOnlySpan<char> digits = dimensions[1..end].Trim();
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length < 1)
            return $"'{text}' is not a kernel type; '{digits}' is not a length from 1 to {int.MaxValue}.";
        dimensions = dimensions[(end + 1)..].TrimStart();
        return null;
    }

    private static string? Set(out EbpfType? type, EbpfType value)
    {
        type = value;
        return null;
    }

    private static string NoByteOrder(string text, EbpfType type) => type is AddressType or PrefixType
        ? $"'{text}' has a byte order, and {type.Name} is always in the network's."
        : $"'{text}' has a byte order, and {type.Name} has none.";
}
