using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// A list of texts, such as the arguments of a program: how many there are (unsigned, 8 bytes, in the processor's
/// order), then <see cref="MaxTexts"/> texts of <see cref="TextCapacity"/> bytes each, UTF-8 up to a NUL; other bytes
/// are undefined. The .NET value is an array of <see cref="string"/>.
/// </summary>
public sealed class TextListType : EbpfType
{
    /// <summary>The maximum number of texts.</summary>
    public const int MaxTexts = 16;
    /// <summary>The bytes for each text, including its NUL.</summary>
    public const int TextCapacity = 128;
    /// <summary>The offset of the first text, in bytes.</summary>
    internal const int TextsOffset = sizeof(ulong);

    /// <summary>The only instance.</summary>
    public static readonly TextListType Instance = new();

    private static readonly StringType Text = new(TextCapacity);

    private TextListType() { }

    public override string Name => "strings";

    public override int Size => TextsOffset + (MaxTexts * TextCapacity);

    public override int Alignment => sizeof(ulong);

    public override bool Equals(EbpfType? other) => other is TextListType;

    public override int GetHashCode() => nameof(TextListType).GetHashCode(StringComparison.Ordinal);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        var texts = new string[Math.Min(BitConverter.ToUInt64(bytes), MaxTexts)];
        for (var i = 0; i < texts.Length; i++) texts[i] = (string)Text.Read(bytes[OffsetOf(i)..])!;
        return texts;
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not IEnumerable texts || value is IDictionary)
            throw TypeConversionException.Refuse(value, this, "it takes texts");
        if (value is string) texts = new[] { value };
        bytes.Clear();
        var count = 0;
        foreach (var text in texts)
        {
            if (count == MaxTexts)
                throw TypeConversionException.Refuse(value, this, $"it has room for {MaxTexts} texts");
            Text.Write(text, bytes[OffsetOf(count++)..]);
        }

        BitConverter.TryWriteBytes(bytes, (ulong)count);
    }

    /// <summary>The offset of a text in bytes.</summary>
    internal static int OffsetOf(int index) => TextsOffset + (index * TextCapacity);
}
