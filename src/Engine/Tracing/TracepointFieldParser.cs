namespace EbpfCat.Tracing;

/// <summary>
/// Reads a line of a <c>format</c> file: <c>char prev_comm[16]; offset:8; size:16; signed:0;</c>. The memory that a
/// pointer points into and the width of a system call's argument follow from the C type.
/// </summary>
internal static class TracepointFieldParser
{
    private const string DataLocation = "__data_loc ";
    private const string RelativeLocation = "__rel_loc ";

    public static TracepointField Parse(ReadOnlySpan<char> line, string category)
    {
        var end = line.IndexOf(';');
        if (end < 0) throw new FormatException($"'{line}' is no field of a tracepoint.");
        var declaration = line[..end].Trim();
        var numbers = line[(end + 1)..];
        var placement = Take(ref declaration, DataLocation) ? FieldPlacement.DataLocation
            : Take(ref declaration, RelativeLocation) ? FieldPlacement.RelativeLocation : FieldPlacement.InPlace;
        var (type, name, dimension) = Split(declaration);
        var field = new TracepointField
        {
            Name = name,
            TypeText = dimension is null ? type : $"{type}[{dimension}]",
            Offset = Number(numbers, "offset:"),
            Size = Number(numbers, "size:"),
            IsSigned = Number(numbers, "signed:") != 0,
            Placement = placement,
            Type = ScalarType.UInt32,
        };
        var plain = CTypes.Unqualified(type);
        if (placement != FieldPlacement.InPlace) return Dynamic(field, plain, dimension);
        if (dimension is not null) return Array(field, plain, dimension);
        if (CTypes.IsPointer(plain)) return PointerTo(field, type, category);
        return field with { Type = Number(field, plain, category) };
    }

    /// <summary>A declaration's type, name and array length: <c>int a[4]</c>, or dynamic <c>char[] name</c>.</summary>
    private static (string Type, string Name, string? Dimension) Split(ReadOnlySpan<char> declaration)
    {
        string? dimension = null;
        var bracket = declaration.IndexOf('[');
        if (declaration.EndsWith("]") && bracket >= 0)
        {
            dimension = declaration[(bracket + 1)..^1].ToString();
            declaration = declaration[..bracket].TrimEnd();
        }

        var start = declaration.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(declaration[start - 1]) || declaration[start - 1] is '_'))
            start--;
        var name = declaration[start..].ToString();
        var type = declaration[..start].TrimEnd();
        if (type.EndsWith("]") && type.LastIndexOf('[') is >= 0 and var open)
        {
            dimension = type[(open + 1)..^1].ToString();
            type = type[..open].TrimEnd();
        }

        return (type.ToString(), name, dimension);
    }

    private static TracepointField Dynamic(TracepointField field, string type, string? dimension) => field with
    {
        IsString = type == "char" && dimension is not null,
        ElementType = type == "char" ? null : CTypes.Scalar(type),
    };

    private static TracepointField Array(TracepointField field, string element, string dimension)
    {
        // Older kernels print the name of a constant, such as TASK_COMM_LEN.
        var isNumber = int.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        if (!isNumber) count = field.Size / (CTypes.Scalar(element)?.Size ?? 1);
        if (element == "char")
        {
            return field with
            {
                IsString = true,
                ArrayLength = count,
                Type = field.Size > 0 ? new StringType(field.Size) : new BytesType(0),
            };
        }

        var size = count == 0 ? CTypes.Scalar(element)?.Size ?? 0 : field.Size / count;
        if (size is not (1 or 2 or 4 or 8))
            return field with { ArrayLength = count, Type = new BytesType(field.Size) };
        var scalar = Integer(size, field.IsSigned);
        return field with
        {
            ArrayLength = count,
            ElementType = scalar,
            Type = scalar == ScalarType.UInt8
                ? CTypes.ByteArray(element, count, field.Name) : new ArrayType(scalar, count),
        };
    }

    private static TracepointField PointerTo(TracepointField field, string type, string category) => field with
    {
        Type = Integer(field.Size, signed: false),
        IsString = CTypes.IsCharacterPointer(type),
        Pointer = category == TracepointFormat.SyscallCategory || type.Contains("__user", StringComparison.Ordinal)
            ? PointerTarget.User : PointerTarget.Kernel,
    };

    private static EbpfType Number(TracepointField field, string type, string category)
    {
        var named = CTypes.Scalar(type);
        if (category == TracepointFormat.SyscallCategory && type.StartsWith("enum ", StringComparison.Ordinal))
            named = ScalarType.UInt32;
        if (named is not null && named.Size <= field.Size
            && (category == TracepointFormat.SyscallCategory || named.IsBoolean || named.NeedsSwap))
        {
            return named;
        }

        return field.Size is 1 or 2 or 4 or 8 ? Integer(field.Size, field.IsSigned) : new BytesType(field.Size);
    }

    private static ScalarType Integer(int size, bool signed) => ScalarType.Integer(size * 8, signed);

    private static int Number(ReadOnlySpan<char> line, string key)
    {
        var at = line.IndexOf(key, StringComparison.Ordinal);
        var rest = at < 0 ? default : line[(at + key.Length)..];
        var end = rest.IndexOf(';');
        return end >= 0 &&
            int.TryParse(rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FormatException($"A field of a tracepoint has no '{key}' in '{line}'.");
    }

    private static bool Take(ref ReadOnlySpan<char> text, string prefix)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal)) return false;
        text = text[prefix.Length..];
        return true;
    }
}
