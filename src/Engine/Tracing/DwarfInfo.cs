using System.IO.Compression;

namespace EbpfCat.Tracing;

/// <summary>
/// Finds the types of results of functions in the debug information of a file or of its installed debug file (DWARF 2
/// to 5, <c>.debug_info</c>).
/// </summary>
internal sealed class DwarfInfo
{
    // A scan takes a second for about 100 MB.
    private const int LargestInfo = 1 << 28;
    private const int MaxReferences = 64;

    private readonly byte[] _info;
    private readonly byte[] _abbreviations;
    private readonly byte[] _texts;
    private readonly byte[] _lineTexts;
    private readonly byte[] _textOffsets;
    private readonly List<Unit> _units = [];

    private DwarfInfo(ElfFile file)
    {
        _info = Section(file, ".debug_info");
        _abbreviations = Section(file, ".debug_abbrev");
        _texts = Section(file, ".debug_str");
        _lineTexts = Section(file, ".debug_line_str");
        _textOffsets = Section(file, ".debug_str_offsets");
    }

    /// <summary>The type of the result of a function of a target as <c>libc:malloc</c>; null where unknown.</summary>
    public static ScalarType? ResultOf(string target)
    {
        if (target.Split(':', 2) is not [var path, var function] || Wildcard.IsPattern(function)) return null;
        try
        {
            using var file = ElfFile.Open(SharedLibraries.Resolve(path));
            if (file.FindSymbol(function) is not { } symbol) return null;
            using var other = file.FindSection(".debug_info") is null && file.FindDebugFile() is { } debug
                ? ElfFile.Open(debug) : null;
            return (other ?? file).FindSection(".debug_info") is { Size: > 0 and < LargestInfo }
                ? new DwarfInfo(other ?? file).ResultOf(symbol) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or UnknownNameException
            or InvalidDataException or IndexOutOfRangeException or ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private ScalarType? ResultOf(ElfSymbol symbol)
    {
        var name = Encoding.UTF8.GetBytes(symbol.Name);
        var found = new HashSet<ScalarType?>();
        for (var start = 0; start < _info.Length;)
        {
            var unit = ReadUnit(start);
            _units.Add(unit);
            start = unit.End;
            for (var position = unit.First; position < unit.End;)
            {
                var entry = Read(unit, ref position);
                if (entry is not { Tag: Tag.Function, IsDeclaration: false } || !IsNamed(entry, name)) continue;
                if (entry.Address == symbol.Address) return TypeOf(entry);
                if (entry.Address is null) found.Add(TypeOf(entry));
            }
        }

        // Static functions of one name can have different types.
        return found.Count == 1 ? found.First() : null;
    }

    private bool IsNamed(Entry entry, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < MaxReferences; i++)
        {
            if (Is(entry.Name, name) || Is(entry.LinkageName, name)) return true;
            if (entry.Origin is not { } origin) return false;
            entry = ReadAt(origin);
        }

        return false;

        static bool Is(ReadOnlyMemory<byte> text, ReadOnlySpan<byte> name) =>
            text.Length > name.Length && text.Span[name.Length] == 0 && text.Span.StartsWith(name);
    }

    private ScalarType? TypeOf(Entry entry)
    {
        for (var i = 0; i < MaxReferences; i++)
        {
            switch (entry.Tag)
            {
                case Tag.Pointer or Tag.Reference or Tag.RvalueReference: return ScalarType.Int64;
                case Tag.BaseType: return Scalar(entry);
                case Tag.Enumeration when entry.Type is null && entry.Size is 1 or 2 or 4 or 8:
                    return ScalarType.Integer(entry.Size * 8, signed: false);
            }

            if ((entry.Type ?? entry.Origin) is not { } next) return null;
            entry = ReadAt(next);
        }

        return null;
    }

    private static ScalarType? Scalar(Entry entry) => (entry.Encoding, entry.Size) switch
    {
        (2, _) => ScalarType.Boolean, // DW_ATE_boolean
        (5 or 6, 1 or 2 or 4 or 8) => ScalarType.Integer(entry.Size * 8, signed: true), // signed, signed_char
        (7 or 8 or 16, 1 or 2 or 4 or 8) => ScalarType.Integer(entry.Size * 8, signed: false), // unsigned, UTF
        _ => null,
    };

    private Unit ReadUnit(int start)
    {
        var reader = new DwarfReader(_info, start);
        var length = reader.Number(4);
        var offsetSize = length == uint.MaxValue ? 8 : 4;
        if (offsetSize == 8) length = reader.Number(8);
        var end = checked((int)((ulong)reader.Position + length));
        var version = (int)reader.Number(2);
        var kind = version >= 5 ? reader.Number(1) : 1;
        var addressSize = version >= 5 ? (int)reader.Number(1) : 0;
        var abbreviations = checked((int)reader.Number(offsetSize));
        if (version < 5) addressSize = (int)reader.Number(1);
        if (kind is 4 or 5) reader.Skip(8); // a skeleton, or a split unit: its id
        if (kind is 2 or 6) reader.Skip(8 + (ulong)offsetSize); // a type unit: its signature, and where the type is
        var unit = new Unit(start, reader.Position, end, offsetSize, addressSize, ReadAbbreviations(abbreviations),
            version >= 5 ? 8 : 0);
        // The unit's own entry tells where the offsets of its texts begin.
        var position = unit.First;
        return position < end && Read(unit, ref position).TextOffsets is > 0 and var offsets
            ? unit with { TextOffsets = offsets } : unit;
    }

    private Dictionary<ulong, Abbreviation> ReadAbbreviations(int start)
    {
        var all = new Dictionary<ulong, Abbreviation>();
        var reader = new DwarfReader(_abbreviations, start);
        while (!reader.IsAtEnd && reader.Leb128() is > 0 and var code)
        {
            var tag = reader.Leb128();
            reader.Skip(1);
            var attributes = new List<(ulong, ulong, ulong)>();
            while (true)
            {
                var (attribute, form) = (reader.Leb128(), reader.Leb128());
                var constant = form == 0x21 ? reader.Leb128() : 0;
                if (attribute == 0 && form == 0) break;
                attributes.Add((attribute, form, constant));
            }

            all[code] = new Abbreviation((Tag)tag, attributes);
        }

        return all;
    }

    private Entry ReadAt(int position) =>
        Read(_units.Find(unit => position >= unit.Start && position < unit.End) ?? throw new InvalidDataException(),
            ref position);

    private Entry Read(Unit unit, ref int position)
    {
        var reader = new DwarfReader(_info, position);
        var code = reader.Leb128();
        var entry = new Entry();
        if (code != 0)
        {
            if (!unit.Abbreviations.TryGetValue(code, out var abbreviation)) throw new InvalidDataException();
            entry.Tag = abbreviation.Tag;
            foreach (var (attribute, form, constant) in abbreviation.Attributes)
            {
                var value = reader.Form(form, constant, unit.AddressSize, unit.OffsetSize);
                switch (attribute)
                {
                    case 0x03: entry.Name = Text(unit, form, value); break;
                    case 0x6e or 0x2007: entry.LinkageName = Text(unit, form, value); break;
                    case 0x49: entry.Type = Target(unit, form, value); break;
                    case 0x47 or 0x31: entry.Origin = Target(unit, form, value); break; // specification, origin
                    case 0x3c: entry.IsDeclaration = value != 0; break;
                    case 0x0b: entry.Size = (int)Math.Min(value, int.MaxValue); break;
                    case 0x3e: entry.Encoding = value; break;
                    case 0x11 when form == 0x01: entry.Address = value; break;
                    case 0x72: entry.TextOffsets = (int)Math.Min(value, int.MaxValue); break;
                }
            }
        }

        position = reader.Position;
        return entry;
    }

    // The forms ref1 to ref8 and ref_udata count from the start of the unit, ref_addr from that of the section.
    private static int? Target(Unit unit, ulong form, ulong value) => form switch
    {
        >= 0x11 and <= 0x15 => checked((int)((ulong)unit.Start + value)),
        0x10 => checked((int)value),
        _ => null,
    };

    private ReadOnlyMemory<byte> Text(Unit unit, ulong form, ulong value)
    {
        var (section, offset) = form switch
        {
            0x08 => (_info, value),
            0x0e => (_texts, value),
            0x1f => (_lineTexts, value),
            0x1a or >= 0x25 and <= 0x28 => (_texts, OffsetOfText(unit, value)),
            _ => (_texts, ulong.MaxValue),
        };
        return offset < (ulong)section.Length ? section.AsMemory((int)offset) : default;
    }

    private ulong OffsetOfText(Unit unit, ulong index)
    {
        var at = (ulong)unit.TextOffsets + (index * (ulong)unit.OffsetSize);
        return at + (ulong)unit.OffsetSize <= (ulong)_textOffsets.Length
            ? new DwarfReader(_textOffsets, (int)at).Number(unit.OffsetSize) : ulong.MaxValue;
    }

    private static byte[] Section(ElfFile file, string name)
    {
        if (file.FindSection(name) is not { } section) return [];
        var bytes = file.Read(section);
        if (!section.IsCompressed) return bytes;
        // elf(5), Elf64_Chdr and Elf32_Chdr: the kind, 1 for zlib, and the size.
        var (header, sizeAt, wordSize) = file.Is64Bit ? (24, 8, 8) : (12, 4, 4);
        if (new DwarfReader(bytes, 0).Number(4) != 1) throw new InvalidDataException("The section is not in zlib.");
        var size = new DwarfReader(bytes, sizeAt).Number(wordSize);
        if (size > LargestInfo) throw new InvalidDataException("The section is too long.");
        var whole = new byte[size];
        using var stream = new ZLibStream(new MemoryStream(bytes, header, bytes.Length - header),
            CompressionMode.Decompress);
        stream.ReadExactly(whole);
        return whole;
    }

    private enum Tag : ulong
    {
        Enumeration = 0x04,
        Pointer = 0x0f,
        Reference = 0x10,
        BaseType = 0x24,
        Function = 0x2e,
        RvalueReference = 0x42,
    }

    private sealed record Unit(int Start, int First, int End, int OffsetSize, int AddressSize,
        Dictionary<ulong, Abbreviation> Abbreviations, int TextOffsets);

    private sealed record Abbreviation(Tag Tag, List<(ulong Attribute, ulong Form, ulong Constant)> Attributes);

    private struct Entry
    {
        public Tag Tag;
        public ReadOnlyMemory<byte> Name;
        public ReadOnlyMemory<byte> LinkageName;
        public int? Type;
        public int? Origin;
        public bool IsDeclaration;
        public int Size;
        public ulong Encoding;
        public ulong? Address;
        public int TextOffsets;
    }
}
