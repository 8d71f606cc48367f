using System.Buffers.Binary;
using System.Text;

namespace EbpfCat.Benchmarks.Clang;

/// <summary>
/// What a BPF object file of clang holds (elf(5), and the kernel's Documentation/bpf/llvm_reloc.rst): the one program,
/// its data sections, and where its instructions refer to maps and variables.
/// </summary>
internal sealed class ElfObject
{
    private const string CodeSection = "xdp";
    private const string MapSection = ".maps";
    private const int SymbolSize = 24;
    private const int RelocationSize = 16;
    private const uint AddressRelocation = 1; // R_BPF_64_64
    private const uint NoBits = 8; // SHT_NOBITS
    private const int SymbolTable = 2; // SHT_SYMTAB

    private readonly byte[] _file;
    private readonly List<Section> _sections = [];

    public ElfObject(byte[] file)
    {
        _file = file;
        var table = (int)Long(0x28);
        var (size, count) = (Short(0x3a), Short(0x3c));
        for (var index = 0; index < count; index++) _sections.Add(ReadSection(table + index * size));
        var names = _sections[Short(0x3e)];
        _sections = [.. _sections.Select(section => section with { Name = Name(names, section.NameOffset) })];
        Symbols = [.. ReadSymbols()];
        Code = Bytes(Find(CodeSection) ?? throw new ClangException($"The object has no section '{CodeSection}'."));
        Relocations = [.. ReadRelocations()];
    }

    /// <summary>The program's instructions.</summary>
    public byte[] Code { get; }

    /// <summary>Where they refer to maps and variables.</summary>
    public IReadOnlyList<Relocation> Relocations { get; }

    /// <summary>The variables by name: their sections and offsets.</summary>
    public IEnumerable<(string Name, string Section, int Offset)> Variables =>
        from symbol in Symbols
        where symbol.Section is { } section && IsData(section)
        select (symbol.Name, symbol.Section!, symbol.Offset);

    private List<(string Name, string? Section, int Offset)> Symbols { get; }

    /// <summary>What a data section holds at first.</summary>
    public byte[] DataOf(string section) => Bytes(Find(section)!);

    private static bool IsData(string section) =>
        section is ".bss" or ".data" || section.StartsWith(".rodata", StringComparison.Ordinal);

    private Section? Find(string name) => _sections.FirstOrDefault(section => section.Name == name);

    private IEnumerable<(string Name, string? Section, int Offset)> ReadSymbols()
    {
        var table = _sections.First(section => section.Type == SymbolTable);
        for (var at = table.Offset; at < table.Offset + table.Size; at += SymbolSize)
        {
            var index = Short(at + 6);
            var section = index < _sections.Count ? _sections[index].Name : null;
            var name = Name(_sections[table.Link], (int)Word(at));
            yield return (name.Length > 0 ? name : section ?? "", section, (int)Long(at + 8));
        }
    }

    private IEnumerable<Relocation> ReadRelocations()
    {
        if (Find(".rel" + CodeSection) is not { } table) yield break;
        for (var at = table.Offset; at < table.Offset + table.Size; at += RelocationSize)
        {
            var (place, info) = ((int)Long(at), Long(at + 8));
            var (name, section, offset) = Symbols[(int)(info >> 32)];
            if ((uint)info != AddressRelocation)
                throw new ClangException($"The object has a relocation of type {(uint)info} for '{name}'.");
            if (section == MapSection) yield return new Relocation(place / 8, name, null, 0);
            else if (section is not null && IsData(section))
                yield return new Relocation(place / 8, null, section, offset + Immediate(place));
            else throw new ClangException($"'{name}' is neither a map nor a variable.");
        }
    }

    private int Immediate(int place) =>
        BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(Find(CodeSection)!.Offset + place + 4));

    private Section ReadSection(int at) =>
        new("", (int)Word(at), Word(at + 4), (int)Long(at + 0x18), (int)Long(at + 0x20), (int)Word(at + 0x28));

    private byte[] Bytes(Section section) =>
        section.Type == NoBits ? new byte[section.Size] : _file[section.Offset..(section.Offset + section.Size)];

    private string Name(Section names, int offset)
    {
        var start = _file.AsSpan(names.Offset + offset);
        return Encoding.UTF8.GetString(start[..start.IndexOf((byte)0)]);
    }

    private int Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));

    private ulong Long(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(at));

    private sealed record Section(string Name, int NameOffset, uint Type, int Offset, int Size, int Link);
}
