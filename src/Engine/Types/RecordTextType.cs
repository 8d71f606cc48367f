namespace EbpfCat.Types;

/// <summary>
/// Text, or a list of texts, behind the fields of a record, which is as long as they need. The field holds the offset
/// of the bytes from the start of the record (unsigned, 4 bytes), the result of reading them (4 bytes, see <see
/// cref="PackedTexts"/>), and the address in the memory of the program (unsigned, 8 bytes), all in the processor's
/// order. The .NET value is a <see cref="string"/>, or an array of them; null for a null pointer, and where the memory
/// could not be read.
/// </summary>
internal sealed class RecordTextType : EbpfType
{
    /// <summary>The bytes of a path with its NUL (PATH_MAX), and one more that tells a longer text.</summary>
    public const int MaxText = 4097;

    /// <summary>The bytes of a list after which no further text begins.</summary>
    public const int ListLimit = 8192;

    public const int ResultOffset = 4;
    public const int AddressOffset = 8;

    /// <summary>A text.</summary>
    /// <param name="capacity">The maximum in bytes, with the NUL; a text that takes all of them is longer.</param>
    public RecordTextType(int capacity) => Capacity = capacity;

    /// <summary>The maximum of a text in bytes, with the NUL.</summary>
    public int Capacity { get; }

    /// <summary>Whether it is a list.</summary>
    public bool IsList { get; init; }

    /// <summary>The maximum of the bytes behind the record's fields.</summary>
    public int MaxTail => IsList ? ListLimit + PackedTexts.Header + Capacity : Capacity;

    public override string Name => IsList ? "texts" : "text";

    public override int Size => 16;

    public override int Alignment => 8;

    public override bool Equals(EbpfType? other) =>
        other is RecordTextType text && (text.Capacity, text.IsList) == (Capacity, IsList);

    public override int GetHashCode() => HashCode.Combine(nameof(RecordTextType), Capacity, IsList);

    /// <summary>Reads the text or the texts of a field, with what is not whole about them.</summary>
    /// <param name="record">The whole record, from its first field on.</param>
    /// <param name="field">The field.</param>
    /// <param name="incomplete">Gets what could not be read or was cut off.</param>
    public object? Read(ReadOnlySpan<byte> record, StructField field, List<IncompleteText> incomplete)
    {
        var location = record[field.Offset..];
        var bytes = record[(int)Math.Min(MemoryMarshal.Read<uint>(location), (uint)record.Length)..];
        var result = MemoryMarshal.Read<int>(location[ResultOffset..]);
        var address = MemoryMarshal.Read<ulong>(location[AddressOffset..]);
        if (address == 0) return null;
        if (IsList)
        {
            return PackedTexts.ReadList(bytes, result, Capacity, (index, lack) =>
                incomplete.Add(new(index < 0 ? field.Name : $"{field.Name}[{index}]", lack, address)));
        }

        var text = PackedTexts.ReadText(bytes, result, Capacity, out var fault);
        if (fault is { } kind) incomplete.Add(new(field.Name, kind, address));
        return text;
    }

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) =>
        Read(bytes, new StructField("", this, 0), []);

    private protected override void WriteCore(object? value, Span<byte> bytes) =>
        throw TypeConversionException.Refuse(value, this, "only programs write it");
}
