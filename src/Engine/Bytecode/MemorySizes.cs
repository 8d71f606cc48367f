namespace EbpfCat.Bytecode;

/// <summary>Converts between <see cref="MemorySize"/> and a number of bytes.</summary>
public static class MemorySizes
{
    extension(MemorySize size)
    {
        /// <summary>The number of bytes: 1, 2, 4 or 8.</summary>
        public int Bytes => size switch
        {
            MemorySize.Byte => 1,
            MemorySize.Half => 2,
            MemorySize.Word => 4,
            MemorySize.Double => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(size), size, "Not a memory size."),
        };
    }

    /// <summary>The size for a number of bytes.</summary>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The machine cannot move that many bytes at once.</exception>
    public static MemorySize FromBytes(int bytes) => bytes switch
    {
        1 => MemorySize.Byte,
        2 => MemorySize.Half,
        4 => MemorySize.Word,
        8 => MemorySize.Double,
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "A load or store moves 1, 2, 4 or 8 bytes."),
    };
}
