using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// A list of texts, such as the arguments of a program: how many there are (4 bytes, in the processor's order), the
/// size of the texts in bytes (4 bytes), and the texts (UTF-8), each with 4 bytes before it and a NUL; other bytes are
/// undefined. The .NET value is an array of <see cref="string"/>; one of them is null where its memory could not be
/// read.
/// </summary>
public sealed class TextListType : EbpfType
{
    /// <summary>The maximum number of texts.</summary>
    public const int MaxTexts = PackedTexts.MaxCount;
    /// <summary>The maximum of a text in bytes, including its NUL.</summary>
    public const int TextCapacity = 512;
    /// <summary>The offset of the size of the texts, in bytes.</summary>
    internal const int UsedOffset = 4;
    /// <summary>The offset of the first text, in bytes.</summary>
    internal const int TextsOffset = 8;
    /// <summary>The bytes of the texts after which no further one begins.</summary>
    internal const int Limit = WholeSize - TextsOffset - PackedTexts.Header - TextCapacity;

    /// <summary>The only instance.</summary>
    public static readonly TextListType Instance = new();

    private const int WholeSize = 4096;

    private TextListType() { }

    public override string Name => "strings";

    public override int Size => WholeSize;

    public override int Alignment => sizeof(ulong);

    public override bool Equals(EbpfType? other) => other is TextListType;

    public override int GetHashCode() => nameof(TextListType).GetHashCode(StringComparison.Ordinal);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) =>
        PackedTexts.ReadList(bytes[TextsOffset..], MemoryMarshal.Read<int>(bytes), TextCapacity) ?? [];

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not IEnumerable texts || value is IDictionary)
            throw TypeConversionException.Refuse(value, this, "it takes texts");
        if (value is string) texts = new[] { value };
        bytes.Clear();
        var (count, end) = (0, TextsOffset);
        foreach (var text in texts)
        {
            if (count++ == MaxTexts)
                throw TypeConversionException.Refuse(value, this, $"it has room for {MaxTexts} texts");
            if (end > TextsOffset + Limit)
                throw TypeConversionException.Refuse(value, this, $"it has room for {Limit} bytes");
            var length = Encoding.UTF8.GetByteCount(text as string ?? "") + 1;
            // The last byte would say that there is more.
            new StringType(TextCapacity - 1).Write(text, bytes[(end + PackedTexts.Header)..]);
            MemoryMarshal.Write(bytes[end..], length);
            end += PackedTexts.Header + length;
        }

        MemoryMarshal.Write(bytes, count);
        MemoryMarshal.Write(bytes[UsedOffset..], end - TextsOffset);
    }
}
