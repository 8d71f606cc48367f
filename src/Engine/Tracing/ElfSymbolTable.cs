namespace EbpfCat.Tracing;

/// <summary>
/// The symbols of one table of an ELF file (<c>.symtab</c> or <c>.dynsym</c>), kept as in the file: names become
/// strings only on use.
/// </summary>
internal sealed class ElfSymbolTable(byte[] entries, byte[] strings, bool is64Bit, ElfVersions? versions = null)
{
    private const byte VersionMark = (byte)'@';
    private readonly int _entrySize = is64Bit ? 24 : 16;

    public int Count => entries.Length / _entrySize;

    public ElfSymbol this[int index] =>
        new(Name(index), Address(index), Size(index), Kind(index), Entry(index)[is64Bit ? 4 : 12] >> 4 != 0)
        {
            Version = Version(index)?.Name,
            IsDefaultVersion = Version(index) is not { IsHidden: true },
        };

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
        var version = name.IndexOf(VersionMark);
        return Encoding.UTF8.GetString(version > 0 ? name[..version] : name);
    }

    /// <summary>The index of the defined symbol with a name; -1 if there is none.</summary>
    /// <param name="version">The version; null for the default one, else for one that old programs use.</param>
    public int IndexOf(ReadOnlySpan<byte> wanted, string? version)
    {
        var found = -1;
        for (var i = 0; i < Count; i++)
        {
            var start = NameStart(i);
            if (start >= strings.Length) continue;
            var rest = strings.AsSpan((int)start);
            if (!rest.StartsWith(wanted) || !IsDefined(i)) continue;
            var end = rest.Length == wanted.Length ? 0 : rest[wanted.Length];
            if (end != 0 && end != VersionMark) continue;
            var own = Version(i);
            if (version is null ? own is not { IsHidden: true } : own?.Name == version) return i;
            if (version is null && found < 0) found = i;
        }

        return found;
    }

    // A static symbol table has the versions in the names: name@@VERSION is the default, name@VERSION an older one.
    private (string Name, bool IsHidden)? Version(int index)
    {
        var name = NameBytes(index);
        var mark = name.IndexOf(VersionMark);
        if (mark <= 0) return versions?.Of(index);
        var isDefault = name[(mark + 1)..].StartsWith([VersionMark]);
        return (Encoding.UTF8.GetString(name[(mark + (isDefault ? 2 : 1))..]), !isDefault);
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
