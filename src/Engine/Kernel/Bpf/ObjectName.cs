namespace EbpfCat.Kernel;

/// <summary>
/// The name of a map or program as the kernel keeps it: 16 bytes with the closing zero; letters, digits, <c>_</c> and
/// <c>.</c> (<c>BPF_OBJ_NAME_LEN</c>).
/// </summary>
[InlineArray(Size)]
internal struct ObjectName
{
    /// <summary>The size in bytes, with the closing zero.</summary>
    public const int Size = 16;
    private byte _first;

    /// <summary>The closest name that the kernel takes: other characters become <c>_</c>, the 16th is cut.</summary>
    /// <param name="name">Any name.</param>
    public static ObjectName From(string? name)
    {
        var result = default(ObjectName);
        var text = name.AsSpan();
        for (var index = 0; index < Math.Min(text.Length, Size - 1); index++)
        {
            var letter = text[index];
            result[index] = (byte)(char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '_');
        }

        return result;
    }

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        return Text.FromCString(bytes);
    }
}
