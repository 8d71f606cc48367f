using System.Buffers.Binary;
using System.Text;

namespace EbpfCat.Tests.Tracing;

/// <summary>
/// Makes small ELF files of 64 bits: code at file offset 0x1000 and address 0x401000, data at 0x2000 and 0x403000, then
/// what sections are added.
/// </summary>
internal sealed class ElfImage
{
    public const ulong CodeOffset = 0x1000;
    public const ulong CodeAddress = 0x401000;
    public const ulong DataOffset = 0x2000;
    public const ulong DataAddress = 0x403000;
    private const int SegmentSize = 0x1000;

    private readonly List<(string Name, uint Type, uint Link, ulong Address, byte[] Contents)> sections =
        [("", 0, 0, 0, [])];

    public ushort Machine { get; init; } = 62;

    public ElfImage Add(string name, uint type, byte[] contents, ulong address = 0, uint link = 0)
    {
        sections.Add((name, type, link, address, contents));
        return this;
    }

    public ElfImage AddSymbols(params (string Name, ulong Address, ulong Size, byte Info, ushort Section)[] symbols)
    {
        var strings = new List<byte> { 0 };
        var entries = new byte[24 * (symbols.Length + 1)];
        for (var i = 0; i < symbols.Length; i++)
        {
            var entry = entries.AsSpan(24 * (i + 1));
            BinaryPrimitives.WriteInt32LittleEndian(entry, strings.Count);
            entry[4] = symbols[i].Info;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], symbols[i].Section);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], symbols[i].Address);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], symbols[i].Size);
            strings.AddRange(Encoding.UTF8.GetBytes(symbols[i].Name + "\0"));
        }

        Add(".symtab", 2, entries, link: (uint)sections.Count + 1);
        return Add(".strtab", 3, [.. strings]);
    }

    public ElfImage AddProbe(
        string provider, string name, string arguments, ulong address, ulong semaphore = 0, ulong linkedBase = 0)
    {
        var description = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(description, address);
        BinaryPrimitives.WriteUInt64LittleEndian(description.AsSpan(8), linkedBase);
        BinaryPrimitives.WriteUInt64LittleEndian(description.AsSpan(16), semaphore);
        return Add(".note.stapsdt", 7,
            Note("stapsdt", 3, [.. description, .. Encoding.UTF8.GetBytes($"{provider}\0{name}\0{arguments}\0")]));
    }

    public static byte[] Note(string owner, uint type, byte[] description)
    {
        var name = Encoding.UTF8.GetBytes(owner + "\0");
        var note = new byte[12 + ((name.Length + 3) / 4 * 4) + ((description.Length + 3) / 4 * 4)];
        BinaryPrimitives.WriteInt32LittleEndian(note, name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(note.AsSpan(4), description.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(8), type);
        name.CopyTo(note, 12);
        description.CopyTo(note, 12 + ((name.Length + 3) / 4 * 4));
        return note;
    }

    public byte[] ToBytes()
    {
        var names = new List<byte>();
        var nameOffsets = new List<int>();
        foreach (var name in sections.Select(each => each.Name).Append(".shstrtab"))
        {
            nameOffsets.Add(names.Count);
            names.AddRange(Encoding.UTF8.GetBytes(name + "\0"));
        }

        var all = sections.Append((".shstrtab", 3u, 0u, 0ul, names.ToArray())).ToArray();
        var file = new MemoryStream();
        file.Write(new byte[(int)DataOffset + SegmentSize]);
        var headers = new byte[64 * all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            var (_, type, link, address, contents) = all[i];
            var header = headers.AsSpan(64 * i);
            BinaryPrimitives.WriteInt32LittleEndian(header, nameOffsets[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
            BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
            BinaryPrimitives.WriteInt64LittleEndian(header[24..], file.Length);
            BinaryPrimitives.WriteInt64LittleEndian(header[32..], contents.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[40..], link);
            BinaryPrimitives.WriteInt64LittleEndian(header[48..], 4);
            file.Write(contents);
        }

        var start = new byte[64 + (2 * 56)];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(start, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(18), Machine);
        BinaryPrimitives.WriteUInt64LittleEndian(start.AsSpan(32), 64);
        BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(40), file.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(56), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(60), (ushort)all.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(62), (ushort)(all.Length - 1));
        WriteSegment(start.AsSpan(64), 5, CodeOffset, CodeAddress);
        WriteSegment(start.AsSpan(64 + 56), 6, DataOffset, DataAddress);
        file.Write(headers);
        var bytes = file.ToArray();
        start.CopyTo(bytes, 0);
        return bytes;
    }

    public TemporaryFile Write() => new(ToBytes());

    private static void WriteSegment(Span<byte> header, uint flags, ulong offset, ulong address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], SegmentSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], SegmentSize + 0x100);
    }
}
