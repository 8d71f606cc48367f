namespace EbpfCat.Tracing;

/// <summary>
/// Reads the names of a field's values from a tracepoint's print format: <c>__print_symbolic(REC->f, { 2, "A" })</c>.
/// </summary>
internal static class PrintedNames
{
    /// <summary>The names of a field's values, or null if the kernel prints the plain value.</summary>
    public static EnumType? Find(string print, TracepointField field)
    {
        if (field.Type is not ScalarType { IsBoolean: false } scalar ||
            field.Pointer != PointerTarget.None || field.IsDynamic)
        {
            return null;
        }

        var call = $"__print_symbolic(REC->{field.Name},";
        var at = print.IndexOf(call, StringComparison.Ordinal);
        return at < 0 ? null : Read(print.AsSpan(at + call.Length), scalar, field.Name);
    }

    private static EnumType? Read(ReadOnlySpan<char> text, ScalarType scalar, string name)
    {
        var members = new List<KeyValuePair<string, long>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (TryTakeEntry(ref text, out var number, out var label))
        {
            // An entry whose value is a C expression is skipped: that number has no name.
            if (TryNumber(number, out var value) && Fits(value, scalar) && names.Add(label))
                members.Add(new(label, value));
        }

        return members.Count == 0 ? null : new EnumType(scalar, members, name);
    }

    private static bool TryTakeEntry(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> number, out string label)
    {
        number = default;
        label = "";
        text = text.TrimStart(" ,");
        if (!text.StartsWith("{")) return false;
        var quote = text.IndexOf('"');
        var close = quote < 0 ? -1 : text[(quote + 1)..].IndexOf('"');
        if (close < 0) return false;
        number = text[1..quote].Trim().TrimEnd(',').TrimEnd();
        label = text.Slice(quote + 1, close).ToString();
        var rest = text[(quote + close + 2)..].TrimStart();
        if (!rest.StartsWith("}")) return false;
        text = rest[1..];
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long value)
    {
        while (text.Length > 2 && text[0] == '(' && text[^1] == ')') text = text[1..^1].Trim();
        text = text.TrimEnd("uUlL");
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static bool Fits(long value, ScalarType scalar) =>
        value >= scalar.MinValue && (value < 0 || (ulong)value <= scalar.MaxValue);
}
