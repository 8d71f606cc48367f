namespace EbpfCat.Tracing;

/// <summary>
/// An ELF program or library, 32-bit or 64-bit, little-endian (elf(5)): the parts that user-space probes need. Tables
/// are read on first use.
/// </summary>
public sealed class ElfFile : IDisposable
{
    private const int LongestHeader = 64;
    private const ushort SharedObject = 3;
    private const string StrippedRemark = "The file is stripped: only what it exports has a name.";
    private const ushort SeeFirstSection = 0xffff;

    private readonly ElfReader _reader;
    private readonly Lazy<IReadOnlyList<ElfSection>> _sections;
    private readonly Lazy<IReadOnlyList<ElfSymbolTable>> _tables;
    private Lazy<ElfFunctionIndex> _functions;
    private readonly byte[] _header;

    private ElfFile(ElfReader reader)
    {
        _reader = reader;
        _header = new byte[LongestHeader];
        var start = reader.Read(0, 20);
        if (!start.AsSpan().StartsWith("\u007fELF"u8)) throw reader.Bad("it does not begin as one");
        if (start[5] != 1) throw reader.Bad("its bytes are in an order that this machine's processors do not use");
        reader.Is64Bit = start[4] == 2;
        reader.Read(0, reader.Is64Bit ? 64UL : 52).CopyTo(_header, 0);
        Machine = (ElfMachine)BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(18));
        IsPositionIndependent = BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(16)) == SharedObject;
        _sections = new(ReadSections);
        Segments = ReadSegments();
        _tables = new(ReadSymbolTables);
        _functions = new(() => new ElfFunctionIndex(_tables.Value, Sections));
    }

    /// <summary>The path it was opened by.</summary>
    public string Path => _reader.Path;

    /// <summary>Whether it is a 64-bit file.</summary>
    public bool Is64Bit => _reader.Is64Bit;

    /// <summary>The processor it is for.</summary>
    public ElfMachine Machine { get; }

    /// <summary>Whether it is position-independent: true for shared libraries and most programs.</summary>
    public bool IsPositionIndependent { get; }

    /// <summary>The segments, in order.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>The sections, in order; empty if the section table was stripped.</summary>
    public IReadOnlyList<ElfSection> Sections => _sections.Value;

    /// <summary>Whether only exported symbols have names.</summary>
    public bool IsStripped => Sections.All(each => each.Type != ElfSection.SymbolTable);

    /// <summary>The notes of all sections that hold notes, in order.</summary>
    public IEnumerable<ElfNote> Notes => Sections.Where(each => each.Type == ElfSection.Notes).SelectMany(NotesOf);

    /// <summary>The build id in lower-case hexadecimal, or null if there is none.</summary>
    public string? BuildId => Notes.FirstOrDefault(each => each is { Owner: "GNU", Type: 3 }) is { } note
        ? Convert.ToHexStringLower(note.Description.Span) : null;

    /// <summary>The defined symbols, those of <c>.symtab</c> before those of <c>.dynsym</c>.</summary>
    public IEnumerable<ElfSymbol> Symbols => _tables.Value.SelectMany(
        table => Enumerable.Range(0, table.Count).Where(table.IsDefined).Select(index => table[index]));

    /// <summary>The names of the functions that the file defines, each once.</summary>
    public IEnumerable<string> FunctionNames =>
        Symbols.Where(each => each.IsFunction).Select(each => each.Name).Distinct();

    /// <summary>Opens a file and reads its headers.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read it.</exception>
    /// <exception cref="InvalidDataException">It is no ELF file, or a broken one.</exception>
    public static ElfFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var reader = new ElfReader(path);
        try
        {
            return new ElfFile(reader);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The symbol of a name, or null.</summary>
    /// <param name="name">
    /// The name, in its default version, or with a version: <c>memcpy@GLIBC_2.2.5</c>. Case counts.
    /// </param>
    public ElfSymbol? FindSymbol(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (plain, version) = SplitVersion(name);
        var wanted = Encoding.UTF8.GetBytes(plain);
        foreach (var table in _tables.Value)
        {
            if (table.IndexOf(wanted, version) is >= 0 and var index) return table[index];
        }

        return null;
    }

    /// <summary>The symbol of a function.</summary>
    /// <param name="name">The name, as <see cref="FindSymbol"/> takes it.</param>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public ElfSymbol GetFunction(string name)
    {
        if (FindSymbol(name) is { } symbol && (symbol.IsFunction || IsCode(symbol.Address))) return symbol;
        var (plain, version) = SplitVersion(name);
        var versions = version is null ? [] : Symbols.Where(each => each.Name == plain && each.Version is not null)
            .Select(each => $"{plain}@{each.Version}").Distinct().ToArray();
        throw new UnknownNameException(
            "function", name, versions.Length > 0 ? versions : FunctionNames, $"in '{Path}'",
            IsStripped ? StrippedRemark : null);
    }

    /// <summary>
    /// The functions of a name. One of C++ or Rust can be named as in the source, <c>ns::Foo::bar</c>: all functions of
    /// that name are found, or with parameters, <c>ns::Foo::bar(int)</c>, the one that has them.
    /// </summary>
    /// <param name="name">The name, as <see cref="FindSymbol"/> takes it, or as in the source.</param>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public IReadOnlyList<ElfSymbol> GetFunctions(string name)
    {
        if (!Demangler.IsDemangled(name) || FindSymbol(name) is not null) return new[] { GetFunction(name) };
        var mangled = Symbols.Where(each => each.IsFunction && Demangler.IsMangled(each.Name)).ToArray();
        var found = Array.FindAll(mangled, each => Demangler.Forms(each.Name).Contains(name));
        return found.Length > 0 ? found.DistinctBy(each => each.Address).ToArray() : throw new UnknownNameException(
            "function", name, mangled.SelectMany(each => Demangler.Forms(each.Name)).Distinct(), $"in '{Path}'",
            IsStripped ? StrippedRemark : null);
    }

    /// <summary>The functions whose names, as symbols or as in the source, match a pattern.</summary>
    /// <param name="pattern">See <see cref="Wildcard"/>.</param>
    public IEnumerable<ElfSymbol> MatchFunctions(string pattern) => Symbols.Where(each => each.IsFunction
        && (Wildcard.Matches(each.Name, pattern) || (Demangler.IsDemangled(pattern) && Demangler.IsMangled(each.Name)
            && Demangler.Forms(each.Name).Any(form => Wildcard.Matches(form, pattern)))));

    /// <summary>The function that contains an address, or null.</summary>
    /// <param name="address">The address in the file, without the load address.</param>
    public ElfSymbol? FindFunction(ulong address) => _functions.Value.Find(address);

    /// <summary>The file offset of an address, which uprobes use, or null if the file has no such byte.</summary>
    /// <param name="address">The address in the file, without the load address.</param>
    public ulong? ToFileOffset(ulong address) =>
        Segments.FirstOrDefault(
            each => each.IsLoaded && address >= each.Address && address - each.Address < each.FileSize)
            is { } segment
            ? address - segment.Address + segment.Offset : null;

    /// <summary>The address at which the loader maps a byte of the file, or null if it does not map it.</summary>
    /// <param name="executable">Whether to search code first: the loader may map a page as code and as data.</param>
    public ulong? ToAddress(ulong offset, bool executable = true) => Segments
        .Where(each => each.IsLoaded && offset >= each.Offset && offset - each.Offset < each.FileSize)
        .MaxBy(each => each.IsExecutable == executable)
            is { } segment
            ? offset - segment.Offset + segment.Address : null;

    /// <summary>The first section of a name, or null.</summary>
    /// <param name="name">The name: <c>.text</c>.</param>
    public ElfSection? FindSection(string name) => Sections.FirstOrDefault(each => each.Name == name);

    /// <summary>The contents of a section; empty if it has none in the file.</summary>
    /// <param name="section">One of <see cref="Sections"/>.</param>
    public byte[] Read(ElfSection section) => _reader.Read(section);

    /// <summary>Bytes that the loader maps at an address; fewer if the segment ends before.</summary>
    internal byte[] Read(ulong address, ulong size) => Segments.FirstOrDefault(
        each => each.IsLoaded && address >= each.Address && address - each.Address < each.FileSize) is { } segment
        ? _reader.Read(
            address - segment.Address + segment.Offset, Math.Min(size, segment.FileSize - (address - segment.Address)))
        : [];

    /// <summary>The path of the installed debug file, found by <see cref="BuildId"/>; null if there is none.</summary>
    public string? FindDebugFile() =>
        BuildId is { Length: > 2 } id && $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug" is var path &&
        File.Exists(path)
            ? path : null;

    /// <summary>Finds functions by address in the debug file of this one; its addresses are the same.</summary>
    internal void UseFunctionsOf(ElfFile whole) => _functions = whole._functions;

    /// <summary>Closes the file. Tables that were read before remain usable.</summary>
    public void Dispose() => _reader.Dispose();

    private static (string Name, string? Version) SplitVersion(string name)
    {
        var mark = name.IndexOf('@', StringComparison.Ordinal);
        return mark > 0 ? (name[..mark], name[mark..].TrimStart('@')) : (name, null);
    }

    /// <summary>Whether the file has code at an address.</summary>
    internal bool IsCode(ulong address) => Segments.Any(each => each is { IsLoaded: true, IsExecutable: true }
        && address >= each.Address && address - each.Address < each.FileSize);

    private List<ElfSegment> ReadSegments()
    {
        var entrySize = _reader.UInt16(_header, 42, 54);
        var count = (uint)_reader.UInt16(_header, 44, 56);
        if (count == SeeFirstSection) count = _reader.UInt32(FirstSectionHeader(), 28, 44);
        var least = Is64Bit ? 56 : 32;
        var list = new List<ElfSegment>();
        if (count == 0) return list;
        if (entrySize < least) throw _reader.Bad("its segments are too short");
        var bytes = _reader.Read(_reader.Word(_header, 28, 32), (ulong)entrySize * count);
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.AsSpan(i * entrySize, entrySize);
            list.Add(new ElfSegment(
                _reader.UInt32(entry, 0, 0), _reader.UInt32(entry, 24, 4), _reader.Word(entry, 4, 8),
                _reader.Word(entry, 8, 16), _reader.Word(entry, 16, 32), _reader.Word(entry, 20, 40)));
        }

        return list;
    }

    private byte[] FirstSectionHeader() => _reader.Read(_reader.Word(_header, 32, 40), Is64Bit ? 64UL : 40);

    private List<ElfSection> ReadSections()
    {
        var list = new List<ElfSection>();
        var offset = _reader.Word(_header, 32, 40);
        if (offset == 0) return list;
        var entrySize = _reader.UInt16(_header, 46, 58);
        if (entrySize < (Is64Bit ? 64 : 40)) throw _reader.Bad("its sections are too short");
        ulong count = _reader.UInt16(_header, 48, 60);
        uint nameTable = _reader.UInt16(_header, 50, 62);
        if (count == 0) count = _reader.Word(FirstSectionHeader(), 20, 32);
        if (nameTable == SeeFirstSection) nameTable = _reader.UInt32(FirstSectionHeader(), 24, 40);
        if (count > (ulong)(int.MaxValue / entrySize)) throw _reader.Bad($"it claims {count} sections");
        var bytes = _reader.Read(offset, entrySize * count);
        for (var i = 0; i < (int)count; i++) list.Add(ReadSection(bytes.AsSpan(i * entrySize, entrySize)));
        if (nameTable >= list.Count) return list;
        var names = _reader.Read(list[(int)nameTable]);
        for (var i = 0; i < list.Count; i++)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * entrySize));
            list[i] = list[i] with { Name = ElfReader.Text(names, start) };
        }

        return list;
    }

    private ElfSection ReadSection(ReadOnlySpan<byte> entry) => new(
        "", _reader.UInt32(entry, 4, 4), _reader.Word(entry, 12, 16), _reader.Word(entry, 16, 24),
        _reader.Word(entry, 20, 32), (int)_reader.UInt32(entry, 24, 40), _reader.Word(entry, 32, 48))
    {
        IsCompressed = (_reader.Word(entry, 8, 8) & 0x800) != 0,
    };

    private List<ElfSymbolTable> ReadSymbolTables()
    {
        var list = new List<ElfSymbolTable>();
        foreach (var type in (ReadOnlySpan<uint>)[ElfSection.SymbolTable, ElfSection.DynamicSymbols])
        {
            foreach (var section in Sections)
            {
                if (section.Type != type || section.Link <= 0 || section.Link >= Sections.Count) continue;
                var strings = _reader.Read(Sections[section.Link]);
                var versions = type == ElfSection.DynamicSymbols ? ReadVersions(strings) : null;
                list.Add(new ElfSymbolTable(_reader.Read(section), strings, Is64Bit, versions));
            }
        }

        return list;
    }

    private ElfVersions? ReadVersions(byte[] strings) =>
        Sections.FirstOrDefault(each => each.Type == ElfSection.SymbolVersions) is { } numbers
        && Sections.FirstOrDefault(each => each.Type == ElfSection.VersionDefinitions) is { } definitions
            ? new ElfVersions(_reader.Read(numbers), _reader.Read(definitions), strings) : null;

    private List<ElfNote> NotesOf(ElfSection section)
    {
        var notes = new List<ElfNote>();
        var bytes = _reader.Read(section).AsMemory();
        var alignment = section.Alignment == 8 ? 8 : 4;
        while (bytes.Length >= 12)
        {
            var head = bytes.Span;
            long nameSize = BinaryPrimitives.ReadUInt32LittleEndian(head);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            var start = Align(12 + nameSize, alignment);
            if (start + size > bytes.Length) throw _reader.Bad($"a note in {section.Name} is cut off");
            var owner = ElfReader.Text(head.Slice(12, (int)nameSize), 0);
            notes.Add(new ElfNote(
                owner, BinaryPrimitives.ReadUInt32LittleEndian(head[8..]), bytes.Slice((int)start, (int)size)));
            bytes = bytes[(int)Math.Min(bytes.Length, Align(start + size, alignment))..];
        }

        return notes;
    }

    private static long Align(long value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
