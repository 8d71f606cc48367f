using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// Named fields at their places. The .NET value is an <see cref="OrderedDictionary{TKey, TValue}"/> in the fields'
/// order, whose names do not mind case; writing takes any dictionary. Fields it leaves out are zero, and so are all
/// bytes between fields: the kernel compares map keys byte for byte.
/// </summary>
public sealed class StructType : EbpfType
{
    private readonly StructField[] _fields;
    private readonly Dictionary<string, int> _indexes;

    private StructType(StructField[] fields, int size, int alignment, string? tag)
    {
        _fields = fields;
        _indexes = new Dictionary<string, int>(fields.Length, StringComparer.OrdinalIgnoreCase);
        Size = size;
        Alignment = alignment;
        Tag = tag;
        Depth = 1 + fields.Max(field => (int?)field.Type.Depth) ?? 1;
        if (Depth > MaxDepth) throw new ArgumentException(TooDeep);
        HasTexts = fields.Any(field => field.Type is RecordTextType);
        Name = tag is null
            ? $"{{ {string.Join(", ", fields.Select(field => $"{field.Name}: {field.Type.Name}"))} }}"
            : $"struct {tag}";
        for (int i = 0; i < fields.Length; i++)
        {
            StructField field = fields[i];
            if (string.IsNullOrWhiteSpace(field.Name)) throw new ArgumentException("A field of a struct needs a name.");
            if (!_indexes.TryAdd(field.Name, i))
                throw new ArgumentException($"The struct has two fields named '{field.Name}' (case does not count).");
        }
    }

    /// <summary>The name after <c>struct</c>, where it has one.</summary>
    public string? Tag { get; }

    public override string Name { get; }
    public override int Size { get; }
    public override int Alignment { get; }
    internal override int Depth { get; }

    /// <summary>Whether texts lie behind the fields, so that values are longer than the size.</summary>
    internal bool HasTexts { get; }

    /// <summary>The fields in their order.</summary>
    public IReadOnlyList<StructField> Fields => _fields;

    /// <summary>
    /// A struct laid out as in C: each field aligned, the size a multiple of the largest alignment. A bit field shares
    /// the number of the one before it if that has the same width and room for it; bits count from the least
    /// significant.
    /// </summary>
    /// <param name="fields">Names and types, in order.</param>
    /// <param name="name">The name after <c>struct</c>.</param>
    /// <exception cref="ArgumentException">
    /// There is no field, a name is empty or given twice, it would not fit in 2 GiB, or it would be nested more than
    /// <see cref="EbpfType.MaxDepth"/> deep.
    /// </exception>
    public static StructType Create(IEnumerable<KeyValuePair<string, EbpfType>> fields, string? name = null) =>
        LayOut(fields, name, packed: false);

    /// <summary>A struct without padding: C's <c>__attribute__((packed))</c>.</summary>
    /// <param name="fields">Names and types, in order.</param>
    /// <param name="name">The name after <c>struct</c>.</param>
    /// <exception cref="ArgumentException">
    /// There is no field, a name is empty or given twice, it would not fit in 2 GiB, or it would be nested more than
    /// <see cref="EbpfType.MaxDepth"/> deep.
    /// </exception>
    public static StructType CreatePacked(IEnumerable<KeyValuePair<string, EbpfType>> fields, string? name = null) =>
        LayOut(fields, name, packed: true);

    /// <summary>
    /// A struct whose layout is given, such as one of the kernel's. Fields may overlap, as the members of a union do;
    /// writing then lets the later one win.
    /// </summary>
    /// <param name="fields">The fields with their offsets.</param>
    /// <param name="size">The size in bytes.</param>
    /// <param name="name">The name after <c>struct</c>.</param>
    /// <exception cref="ArgumentException">
    /// A field lies outside, a name is empty or given twice, or it would be nested more than
    /// <see cref="EbpfType.MaxDepth"/> deep.
    /// </exception>
    public static StructType CreateAt(IEnumerable<StructField> fields, int size, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        StructField[] all = [.. fields];
        foreach (StructField field in all)
        {
            if (field.Offset < 0 || field.Type.Size > size - field.Offset)
            {
                throw new ArgumentException(
                    $"Field '{field.Name}' at byte {field.Offset} takes {field.Type.Size} bytes "
                    + $"and does not fit in {size}.");
            }
        }

        int alignment = all.Aggregate(1, (largest, field) => Math.Max(largest, field.Type.Alignment));
        bool natural = size % alignment == 0 && all.All(field => field.Offset % field.Type.Alignment == 0);
        return new StructType(all, size, natural ? alignment : 1, name);
    }

    /// <summary>The field of a name, without regard to case, or null.</summary>
    public StructField? FindField(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _indexes.TryGetValue(name, out int index) ? _fields[index] : null;
    }

    public override bool Equals(EbpfType? other) => ReferenceEquals(this, other)
        || (other is StructType type && type.Size == Size && type.Alignment == Alignment && type.Tag == Tag
            && type._fields.AsSpan().SequenceEqual(_fields));

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Size);
        hash.Add(Tag);
        foreach (StructField field in _fields) hash.Add(field);
        return hash.ToHashCode();
    }

    /// <summary>
    /// The entries of any dictionary. Enumerated as a collection, a generic one gives pairs of another type.
    /// </summary>
    internal static IEnumerable<KeyValuePair<string, object?>> EntriesOf(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary) yield return new(entry.Key.ToString() ?? "", entry.Value);
    }

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        var values = new OrderedDictionary<string, object?>(_fields.Length, StringComparer.OrdinalIgnoreCase);
        foreach (StructField field in _fields) values.Add(field.Name, field.Type.Read(bytes[field.Offset..]));
        return values;
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        bytes.Clear();
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                WriteFields(pairs, value, bytes);
                break;
            case IDictionary dictionary:
                WriteFields(EntriesOf(dictionary), value, bytes);
                break;
            default: throw TypeConversionException.Refuse(value, this, "it takes a dictionary of its fields");
        }
    }

    /// <summary>Refuses a dictionary without one of the fields: in a key, a field left out is a mistake.</summary>
    /// <exception cref="TypeConversionException">A field is missing.</exception>
    internal void RequireFields(object? value)
    {
        // What was written has no field twice, and none but these.
        IEnumerable<string>? names = value switch
        {
            IReadOnlyCollection<KeyValuePair<string, object?>> pairs when pairs.Count < _fields.Length =>
                pairs.Select(pair => pair.Key),
            IDictionary dictionary when dictionary.Count < _fields.Length =>
                dictionary.Keys.Cast<object>().Select(key => $"{key}"),
            _ => null,
        };
        if (names is null) return;
        var missing = _fields.First(field => !names.Contains(field.Name, StringComparer.OrdinalIgnoreCase));
        throw TypeConversionException.Refuse(value, this, $"the field '{missing.Name}' is missing");
    }

    private static StructType LayOut(IEnumerable<KeyValuePair<string, EbpfType>> fields, string? name, bool packed)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var laidOut = new List<StructField>();
        long offset = 0;
        int largest = 1;
        foreach ((string fieldName, EbpfType type) in fields)
        {
            if (laidOut.Count > 0 && NextTo(laidOut[^1], type) is { } bits)
            {
                laidOut.Add(new StructField(fieldName, bits, laidOut[^1].Offset));
                continue;
            }

            int alignment = packed ? 1 : type.Alignment;
            largest = Math.Max(largest, alignment);
            offset = AlignUp(offset, alignment);
            laidOut.Add(new StructField(fieldName, type, (int)offset));
            offset += type.Size;
            if (AlignUp(offset, largest) > int.MaxValue)
                throw new ArgumentException("The struct does not fit in 2 GiB.");
        }

        if (laidOut.Count == 0) throw new ArgumentException("A struct needs at least one field.");
        return new StructType([.. laidOut], (int)AlignUp(offset, largest), largest, name);
    }

    // A bit field shares the number of the bit field before it where it has room there, as in C.
    private static ScalarType? NextTo(StructField previous, EbpfType type)
    {
        if (type is not ScalarType { BitCount: > 0 } bits || previous.Type is not ScalarType { BitCount: > 0 } before
            || (bits.Bits, bits.ByteOrder) != (before.Bits, before.ByteOrder))
        {
            return null;
        }

        int free = before.BitOffset + before.BitCount;
        int first = bits.BitOffset == 0 ? free : bits.BitOffset;
        return first >= free && first + bits.BitCount <= bits.Bits ? bits.WithBits(first, bits.BitCount) : null;
    }

    private static long AlignUp(long offset, int alignment) => (offset + alignment - 1) & -(long)alignment;

    private void WriteFields(IEnumerable<KeyValuePair<string, object?>> values, object given, Span<byte> bytes)
    {
        const int FewFields = 64;
        Span<bool> written = _fields.Length <= FewFields ? stackalloc bool[FewFields] : new bool[_fields.Length];
        foreach ((string name, object? value) in values)
        {
            if (!_indexes.TryGetValue(name, out int index))
                throw TypeConversionException.Refuse(given, this, $"it has no field '{name}'; {FieldHint(name)}");
            // A dictionary that minds case may hold a field twice.
            if (written[index]) throw TypeConversionException.Refuse(given, this, $"field '{name}' is given twice");
            written[index] = true;
            WriteField(_fields[index], value, bytes);
        }
    }

    private string FieldHint(string name)
    {
        IEnumerable<string> names = _fields.Select(field => field.Name);
        IReadOnlyList<string> similar = SimilarNames.Find(name, names);
        return similar.Count > 0
            ? $"did you mean {string.Join(" or ", similar)}?" : $"it has {string.Join(", ", names)}";
    }

    private static void WriteField(StructField field, object? value, Span<byte> bytes)
    {
        try
        {
            field.Type.Write(value, bytes[field.Offset..]);
        }
        catch (TypeConversionException error)
        {
            throw error.Within(field.Name);
        }
    }
}
