using System.Collections.Concurrent;

namespace EbpfCat.Btf;

/// <summary>
/// Type information as the kernel keeps it for itself, its modules and loaded programs and maps
/// (Documentation/bpf/btf.rst). Reading goes over the types once, to know where each is; all else is read when asked
/// for.
/// </summary>
public sealed partial class BtfTypes
{
    private const int HeaderSize = 24;
    private const ushort Magic = 0xeb9f;
    private const int WordsOfHead = 3;

    private readonly byte[] _blob;
    private readonly int _typesStart;
    private readonly int _typesLength;
    private readonly int _stringsStart;
    private readonly int _stringsLength;
    private readonly int _firstId;
    private readonly int _firstString;
    private readonly int[] _places;
    private readonly BtfTypes? _base;
    private readonly ConcurrentDictionary<string, int[]> _found = new(StringComparer.Ordinal);

    private BtfTypes(byte[] blob, BtfTypes? baseTypes)
    {
        if (blob.Length < HeaderSize) throw new BtfException("The type information is shorter than its header.");
        ushort magic = MemoryMarshal.Read<ushort>(blob);
        if (magic != Magic)
        {
            throw new BtfException(magic == System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Magic)
                ? "The type information is in the byte order of another processor."
                : "These bytes are no type information.");
        }

        ReadOnlySpan<uint> header = MemoryMarshal.Cast<byte, uint>(blob.AsSpan(4, 20));
        (long typesStart, long typesEnd) = Section(header[0], header[1], header[2], blob.Length);
        (long stringsStart, long stringsEnd) = Section(header[0], header[3], header[4], blob.Length);
        _blob = blob;
        _base = baseTypes;
        (_typesStart, _typesLength) = ((int)typesStart, (int)(typesEnd - typesStart));
        (_stringsStart, _stringsLength) = ((int)stringsStart, (int)(stringsEnd - stringsStart));
        if (_stringsLength > 0 && blob[stringsEnd - 1] != 0)
            throw new BtfException("The strings of the type information do not end.");
        _firstId = baseTypes?.Count ?? 1;
        _firstString = baseTypes is null ? 0 : baseTypes._firstString + baseTypes._stringsLength;
        _places = FindPlaces();
    }

    /// <summary>The ids of the types are 0 (void) up to but not including this.</summary>
    public int Count => _firstId + _places.Length;

    /// <summary>All types, in the order of their ids from 1. A module's do not include the kernel's.</summary>
    public IEnumerable<BtfType> All
    {
        get
        {
            for (int id = _firstId; id < Count; id++) yield return new BtfType(this, id);
        }
    }

    /// <summary>The type of an id.</summary>
    /// <exception cref="BtfException">There is none.</exception>
    public BtfType this[int id] => id >= 0 && id < Count
        ? new BtfType(this, id) : throw new BtfException($"There is no type {id}; there are {Count}.");

    private ReadOnlySpan<uint> Words => MemoryMarshal.Cast<byte, uint>(_blob.AsSpan(_typesStart, _typesLength));

    /// <summary>Reads type information.</summary>
    /// <param name="blob">The bytes, in the processor's order. They are kept, not copied.</param>
    /// <param name="baseTypes">For a kernel module, whose types build on it: the kernel's.</param>
    /// <exception cref="BtfException">The bytes are no type information.</exception>
    public static BtfTypes Parse(byte[] blob, BtfTypes? baseTypes = null)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new BtfTypes(blob, baseTypes);
    }

    /// <summary>The types of a name: C has one name space for tags, and one for all other names.</summary>
    /// <param name="name">The name; case counts.</param>
    public IReadOnlyList<BtfType> FindAll(string name) =>
        (BtfType[])[.. (_base?.FindAll(name) ?? []), .. Ids(name).Select(id => new BtfType(this, id))];

    /// <summary>The first type of a name and kind, or null.</summary>
    /// <param name="name">The name; case counts.</param>
    public BtfType? Find(string name, BtfKind kind)
    {
        if (_base?.Find(name, kind) is { } inherited) return inherited;
        foreach (int id in Ids(name))
        {
            if (KindOf(id) == kind) return new BtfType(this, id);
        }

        return null;
    }

    /// <summary>The struct or union of a tag, or null.</summary>
    /// <param name="name">The tag, without <c>struct</c>; case counts.</param>
    public BtfType? FindStruct(string name) => Find(name, BtfKind.Struct) ?? Find(name, BtfKind.Union);

    /// <summary>The enumeration of a tag, or null.</summary>
    /// <param name="name">The tag, without <c>enum</c>; case counts.</param>
    public BtfType? FindEnum(string name) => Find(name, BtfKind.Enum) ?? Find(name, BtfKind.Enum64);

    /// <summary>The typedef of a name, or null.</summary>
    /// <param name="name">The name; case counts.</param>
    public BtfType? FindTypedef(string name) => Find(name, BtfKind.Typedef);

    /// <summary>The function of a name, or null.</summary>
    /// <param name="name">The name; case counts.</param>
    public BtfType? FindFunction(string name) => Find(name, BtfKind.Function);

    /// <summary>The string at a place in the strings.</summary>
    internal string Text(uint offset)
    {
        if (offset < _firstString) return _base!.Text(offset);
        ReadOnlySpan<byte> strings = _blob.AsSpan(_stringsStart, _stringsLength);
        offset -= (uint)_firstString;
        if (offset == 0 && _firstString == 0) return "";
        if (offset >= strings.Length)
            throw new BtfException($"There is no string at {offset} in the type information.");
        ReadOnlySpan<byte> rest = strings[(int)offset..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    /// <summary>The words that describe a type: name, kind and count, size or type, and the data of its kind.</summary>
    internal ReadOnlySpan<uint> WordsOf(int id)
    {
        if (id < _firstId && _base is not null) return _base.WordsOf(id);
        return id == 0 ? [0, 0, 0] : Words[_places[id - _firstId]..];
    }

    internal BtfKind KindOf(int id) => KindOf(WordsOf(id)[1]);

    internal static BtfKind KindOf(uint info) => (BtfKind)((info >> 24) & 0x1f);

    internal static int CountOf(uint info) => (int)(info & 0xffff);

    private static (long Start, long End) Section(uint header, uint offset, uint length, int blob)
    {
        long start = (long)header + offset;
        return start + length <= blob
            ? (start, start + length) : throw new BtfException("The type information is cut off.");
    }

    private static int WordsAfterHead(uint info) => KindOf(info) switch
    {
        BtfKind.Int or BtfKind.Variable or BtfKind.DeclarationTag => 1,
        BtfKind.Array => 3,
        BtfKind.Struct or BtfKind.Union or BtfKind.Section or BtfKind.Enum64 => 3 * CountOf(info),
        BtfKind.Enum or BtfKind.Prototype => 2 * CountOf(info),
        BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict
            or BtfKind.Function or BtfKind.Float or BtfKind.TypeTag => 0,
        var kind => throw new BtfException($"The type information has a type of kind {(int)kind}, which is not known."),
    };

    private int[] FindPlaces()
    {
        ReadOnlySpan<uint> words = Words;
        var places = new List<int>(words.Length / 5);
        int place = 0;
        while (place < words.Length)
        {
            places.Add(place);
            if (place + WordsOfHead > words.Length) throw new BtfException("The types are cut off.");
            place += WordsOfHead + WordsAfterHead(words[place + 1]);
        }

        return place == words.Length ? [.. places] : throw new BtfException("The types are cut off.");
    }

    /// <summary>
    /// Looking for the name among the strings and for its place among the types takes less than a millisecond for the
    /// whole kernel, and no memory; a dictionary of all names would take both, for the few names one asks for.
    /// </summary>
    private int[] Ids(string name) => _found.GetOrAdd(name, static (name, types) =>
    {
        List<uint> offsets = types.StringOffsets(name);
        if (offsets.Count == 0) return [];
        ReadOnlySpan<uint> words = types.Words;
        var ids = new List<int>();
        for (int i = 0; i < types._places.Length; i++)
        {
            if (offsets.Contains(words[types._places[i]])) ids.Add(types._firstId + i);
        }

        return [.. ids];
    }, this);

    private List<uint> StringOffsets(string name)
    {
        var offsets = new List<uint>();
        if (name.Length == 0) return offsets;
        // A module refers to the kernel's strings where they have what it needs.
        if (_base is not null) offsets.AddRange(_base.StringOffsets(name));
        byte[] wanted = Encoding.UTF8.GetBytes($"\0{name}\0");
        // A module's strings may begin without the empty string, so the first one is compared on its own.
        ReadOnlySpan<byte> strings = _blob.AsSpan(_stringsStart, _stringsLength);
        if (strings.StartsWith(wanted.AsSpan(1))) offsets.Add((uint)_firstString);
        int start = 0;
        while (strings[start..].IndexOf(wanted) is >= 0 and var found)
        {
            offsets.Add((uint)(_firstString + start + found + 1));
            start += found + 1;
        }

        return offsets;
    }
}
