namespace EbpfCat.Tracing;

/// <summary>
/// The symbols of one table of an ELF file (<c>.symtab</c> or <c>.dynsym</c>), kept as in the file: names become
/// strings only on use.
/// </summary>
internal sealed class ElfSymbolTable(byte[] entries, byte[] strings, bool is64Bit)
{
    private const byte Version = (byte)'@';
    private readonly int _entrySize = is64Bit ? 24 : 16;

    public int Count => entries.Length / _entrySize;

    public ElfSymbol this[int index] =>
        new(Name(index), Address(index), Size(index), Kind(index), Entry(index)[is64Bit ? 4 : 12] >> 4 != 0);

    /// <summary>Whether the file defines the symbol at an address.</summary>
    public bool IsDefined(int index)
    {
        var section = BinaryPrimitives.ReadUInt16LittleEndian(Entry(index)[(is64Bit ? 6 : 14)..]);
        return section != 0 && Address(index) != 0 && Kind(index) is not (ElfSymbolKind.Section or ElfSymbolKind.File);
    }

    public ElfSymbolKind Kind(int index) => (ElfSymbolKind)(Entry(index)[is64Bit ? 4 : 12] & 15);

    public bool IsFunction(int index) => Kind(index) is ElfSymbolKind.Function or ElfSymbolKind.IndirectFunction;

    public ulong Address(int index) => Word(index, 4, 8);

    public ulong Size(int index) => Word(index, 8, 16);

    public string Name(int index)
    {
        var name = NameBytes(index);
        var version = name.IndexOf(Version);
        return Encoding.UTF8.GetString(version > 0 ? name[..version] : name);
    }

    /// <summary>The index of the defined symbol with a name, in its default version; -1 if there is none.</summary>
    public int IndexOf(ReadOnlySpan<byte> wanted)
    {
        var found = -1;
        for (var i = 0; i < Count; i++)
        {
            var start = NameStart(i);
            if (start >= strings.Length) continue;
            var rest = strings.AsSpan((int)start);
            if (!rest.StartsWith(wanted) || !IsDefined(i)) continue;
            var end = rest.Length == wanted.Length ? 0 : rest[wanted.Length];
            // A whole name or a default version (name@@VERSION) matches; name@VERSION is for old programs.
            if (end == 0 || (end == Version && rest[wanted.Length..].StartsWith("@@"u8))) return i;
            if (end == Version && found < 0) found = i;
        }

        return found;
    }

    private ReadOnlySpan<byte> Entry(int index) => entries.AsSpan(index * _entrySize, _entrySize);

    private ulong Word(int index, int offset32, int offset64) => is64Bit
        ? BinaryPrimitives.ReadUInt64LittleEndian(Entry(index)[offset64..])
        : BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)[offset32..]);

    private uint NameStart(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Entry(index));

    private ReadOnlySpan<byte> NameBytes(int index)
    {
        var start = NameStart(index);
        if (start >= strings.Length) return default;
        var rest = strings.AsSpan((int)start);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }
}
