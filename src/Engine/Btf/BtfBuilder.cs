namespace EbpfCat.Btf;

/// <summary>
/// Writes the type information of a program: the types of its maps' keys and values, its functions, and the source line
/// of every instruction, which the verifier and <c>bpftool prog dump</c> then show. Types need Linux 4.18,
/// functions and lines 5.0, enumerations with negative values or values above 32 bits 6.0: before, they are written as
/// the numbers below them.
/// </summary>
/// <param name="kernel">The version of the kernel that is to take it; null for the running one.</param>
public sealed partial class BtfBuilder(Version? kernel = null)
{
    private const uint Magic = 0xeb9f;
    private const uint Version = 1;
    private const int HeaderSize = 24;

    private readonly Version _kernel = kernel ?? KernelFacts.RunningVersion;
    private readonly List<uint> _words = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, uint> _stringOffsets = new(StringComparer.Ordinal) { [""] = 0 };
    private int _count;

    /// <summary>Gives the whole: what BPF_BTF_LOAD takes, in the processor's byte order.</summary>
    public byte[] ToBytes()
    {
        int typesLength = _words.Count * sizeof(uint);
        int stringsLength = _strings.Count;
        var bytes = new byte[HeaderSize + typesLength + stringsLength];
        ReadOnlySpan<uint> header = [HeaderSize, 0, (uint)typesLength, (uint)typesLength, (uint)stringsLength];
        MemoryMarshal.Write(bytes, (ushort)Magic);
        bytes[2] = (byte)Version;
        MemoryMarshal.AsBytes(header).CopyTo(bytes.AsSpan(4));
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_words)).CopyTo(bytes.AsSpan(HeaderSize));
        CollectionsMarshal.AsSpan(_strings).CopyTo(bytes.AsSpan(HeaderSize + typesLength));
        return bytes;
    }

    /// <summary>Adds a type and gives its id. A type that is there already gives the same.</summary>
    public int AddType(EbpfType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!_types.TryGetValue(type, out int id))
        {
            id = Encode(type);
            _types.Add(type, id);
        }

        return id;
    }

    /// <summary>Adds a function of the program and gives the id of its type.</summary>
    /// <param name="name">Its name. The kernel takes identifiers only; other characters become <c>_</c>.</param>
    /// <param name="slot">Its first slot, counted from the start of the program.</param>
    /// <param name="result">The type of its result; null: a signed 32-bit number, as of programs.</param>
    /// <param name="parameters">Its parameters; null: the context. A parameter without type is a <c>void *</c>.</param>
    /// <param name="isGlobal">
    /// Whether the kernel is to verify it on its own, for any arguments of its types, and not for every call
    /// (Linux 5.6).
    /// </param>
    /// <exception cref="ArgumentException">Another function begins there.</exception>
    public int AddFunction(
        string name, int slot, EbpfType? result = null, IEnumerable<KeyValuePair<string, EbpfType?>>? parameters = null,
        bool isGlobal = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        if (_functions.ContainsKey(slot))
            throw new ArgumentException($"Another function begins at {slot}.", nameof(slot));

        var words = new List<uint>();
        foreach (var (parameter, type) in parameters ?? new Dictionary<string, EbpfType?> { ["ctx"] = null })
        {
            words.Add(Intern(parameter.Length == 0 ? "_" : BtfNames.Identifier(parameter)));
            words.Add((uint)(type is null ? AddPointer() : AddType(type)));
        }

        int resultId = AddType(result ?? ScalarType.Int32);
        int prototype = Add("", BtfKind.Prototype, words.Count / 2, (uint)resultId, [.. words]);
        int function = Add(name.Length == 0 ? "_" : name, BtfKind.Function, isGlobal ? 1 : 0, (uint)prototype, []);
        _functions.Add(slot, function);
        return function;
    }

    private int AddPointer() => _pointer == 0 ? _pointer = Add("", BtfKind.Pointer, 0, 0, []) : _pointer;

    private int Add(string name, BtfKind kind, int count, uint sizeOrType, ReadOnlySpan<uint> rest,
        bool kindFlag = false)
    {
        _words.Add(Intern(BtfNames.Identifier(name)));
        _words.Add((uint)count | ((uint)kind << 24) | (kindFlag ? 1u << 31 : 0));
        _words.Add(sizeOrType);
        _words.AddRange(rest);
        return ++_count;
    }

    private uint Intern(string text)
    {
        if (_stringOffsets.TryGetValue(text, out uint offset)) return offset;
        offset = (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
        _stringOffsets.Add(text, offset);
        return offset;
    }
}
