using Microsoft.Win32.SafeHandles;

namespace EbpfCat.Tracing;

/// <summary>
/// Reads parts of an ELF file, by its own word size. The file is read, not mapped: if it is truncated later, a read
/// fails, but an access to mapped memory would raise a signal.
/// </summary>
internal sealed class ElfReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _length;

    public ElfReader(string path)
    {
        Path = path;
        // Any other sharing mode would lock the file against replacement.
        _file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        _length = RandomAccess.GetLength(_file);
    }

    public string Path { get; }
    public bool Is64Bit { get; set; }

    public byte[] Read(ulong offset, ulong size)
    {
        if (size > int.MaxValue || offset > (ulong)_length || size > (ulong)_length - offset)
            throw Bad($"{size} bytes at {offset} lie beyond its end");
        var bytes = new byte[size];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_file, bytes.AsSpan(done), (long)offset + done);
            if (read == 0) throw Bad("it became shorter while it was read");
            done += read;
        }

        return bytes;
    }

    public byte[] Read(ElfSection section) =>
        section.Type == ElfSection.NoBits ? [] : Read(section.Offset, section.Size);

    /// <summary>A word of the file's class: 4 bytes at the first offset, or 8 at the second.</summary>
    public ulong Word(ReadOnlySpan<byte> bytes, int offset32, int offset64) => Is64Bit
        ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset64..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset32..]);

    /// <summary>Four bytes at one of two offsets, depending on the file's class.</summary>
    public uint UInt32(ReadOnlySpan<byte> bytes, int offset32, int offset64) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[(Is64Bit ? offset64 : offset32)..]);

    /// <summary>Two bytes at one of two offsets, depending on the file's class.</summary>
    public ushort UInt16(ReadOnlySpan<byte> bytes, int offset32, int offset64) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[(Is64Bit ? offset64 : offset32)..]);

    /// <summary>Text up to a NUL; empty if the offset is beyond the end.</summary>
    public static string Text(ReadOnlySpan<byte> strings, uint offset)
    {
        if (offset >= strings.Length) return "";
        var rest = strings[(int)offset..];
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    public InvalidDataException Bad(string reason) => new($"'{Path}' is no ELF file that can be read: {reason}.");

    public void Dispose() => _file.Dispose();
}
