using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// A type as the kernel's memory holds it: its size and alignment, and how its bytes become a .NET value and back.
/// Types are immutable and equal when they are made alike.
/// </summary>
public abstract class EbpfType : IEquatable<EbpfType>
{
    /// <summary>The number of structs and arrays that can lie in one another.</summary>
    public const int MaxDepth = 64;

    internal static readonly string TooDeep = $"Structs and arrays are nested more than {MaxDepth} deep.";

    private protected EbpfType() { }

    /// <summary>
    /// The name as one would write it: <c>uint64</c>, <c>uint16 (big-endian)</c>, <c>ipv4</c>, <c>string[16]</c>.
    /// Except for structs and enumerations, <see cref="Parse"/> reads it.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>The size of a value in bytes.</summary>
    public abstract int Size { get; }

    /// <summary>The alignment of a value in a C struct, in bytes: a power of two.</summary>
    public abstract int Alignment { get; }

    /// <summary>Type names to offer for completion. Each can be parsed.</summary>
    public static IReadOnlyList<string> KnownNames => TypeNames.Offered;

    /// <summary>The number of structs and arrays that lie in one another; 0 for a type without parts.</summary>
    internal virtual int Depth => 0;

    /// <summary>Turns bytes into the .NET value they hold.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes; what follows them is ignored.</param>
    /// <exception cref="ArgumentException">There are fewer bytes than the type takes.</exception>
    public object? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size) throw TooShort(bytes.Length, nameof(bytes));
        return ReadCore(bytes[..Size]);
    }

    /// <summary>Turns a .NET value into bytes. Nothing is cut off or wrapped: what does not fit is refused.</summary>
    /// <param name="value">A value as <see cref="Read"/> gives it, or one that stands for it without loss.</param>
    /// <param name="bytes">The target: at least <see cref="Size"/> bytes, of which the first are written.</param>
    /// <exception cref="TypeConversionException">The value does not fit; the bytes are then unspecified.</exception>
    /// <exception cref="ArgumentException">There are fewer bytes than the type takes.</exception>
    public void Write(object? value, Span<byte> bytes)
    {
        if (bytes.Length < Size) throw TooShort(bytes.Length, nameof(bytes));
        WriteCore(value, bytes[..Size]);
    }

    /// <summary>Turns a .NET value into a new array of <see cref="Size"/> bytes.</summary>
    /// <param name="value">What <see cref="Write"/> takes.</param>
    /// <exception cref="TypeConversionException">The value does not fit.</exception>
    public byte[] ToBytes(object? value)
    {
        var bytes = new byte[Size];
        WriteCore(value, bytes);
        return bytes;
    }

    /// <summary>
    /// Reads the text of a type: a .NET or C name (<c>uint64</c>, <c>int</c>, <c>u32</c>), <c>bool</c>, <c>fixed</c>,
    /// <c>ipaddress</c>, <c>ipv4</c>, <c>ipv6</c>, <c>mac</c>, <c>prefix4</c>, <c>prefix6</c>, <c>ipprefix</c>,
    /// <c>sockaddr</c> (or <c>sockaddr[28]</c> for its size in bytes), <c>datetime</c>, <c>timespan</c>,
    /// <c>statistics</c>, <c>histogram</c>, a letter of Python's struct module (<c>B H I Q</c> unsigned, <c>b h i q</c>
    /// signed, <c>x</c> fixed-point) with a byte order before it (<c>&lt;</c> little, <c>&gt;</c> or <c>!</c> big,
    /// <c>=</c> or <c>@</c> native), <c>string[n]</c>, <c>byte[n]</c>, or any of these with <c>[n]</c> after it for an
    /// array. Only the letters mind case.
    /// </summary>
    /// <exception cref="FormatException">It names no type; the message says which were near.</exception>
    public static EbpfType Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TypeParser.TryParse(text, out EbpfType? type, out string? error)
            ? type : throw new FormatException(error);
    }

    /// <summary>Reads the text of a type as <see cref="Parse"/> does, without an exception.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EbpfType? type)
    {
        type = null;
        return text is not null && TypeParser.TryParse(text, out type, out _);
    }

    /// <summary>
    /// The type that an object describes: a type itself, its text, a .NET type (<c>typeof(uint)</c>,
    /// <c>typeof(IPAddress)</c>, an enumeration), or a dictionary of the fields of a struct.
    /// </summary>
    /// <exception cref="FormatException">It describes no type.</exception>
    public static EbpfType FromObject(object description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return FromObject(description, []);
    }

    /// <summary>
    /// A struct laid out as C would, from its fields' names and types (see <see cref="FromObject(object)"/>). The order
    /// is the dictionary's; a <see cref="Hashtable"/> has none, so its fields are laid out by name.
    /// </summary>
    /// <param name="fields">Names to descriptions of types.</param>
    /// <exception cref="FormatException">A type is unknown, a name empty or given twice, or no field.</exception>
    public static StructType FromDictionary(IDictionary fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return FromDictionary(fields, []);
    }

    /// <inheritdoc/>
    public abstract bool Equals(EbpfType? other);

    public sealed override bool Equals(object? obj) => Equals(obj as EbpfType);

    public abstract override int GetHashCode();

    /// <summary>Whether two types are made alike.</summary>
    public static bool operator ==(EbpfType? left, EbpfType? right) => left?.Equals(right) ?? right is null;

    /// <summary>Whether two types differ.</summary>
    public static bool operator !=(EbpfType? left, EbpfType? right) => !(left == right);

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;

    private protected abstract object? ReadCore(ReadOnlySpan<byte> bytes);

    private protected abstract void WriteCore(object? value, Span<byte> bytes);

    // The holders are the dictionaries that the description lies in, from the outermost on.
    private static EbpfType FromObject(object description, List<IDictionary> holders) => description switch
    {
        EbpfType type => type,
        string text => Parse(text),
        Type type => TypeNames.FromNetType(type),
        IDictionary fields => FromDictionary(fields, holders),
        _ => throw new FormatException(
            $"{description.GetType().Name} does not describe a kernel type; "
            + "give its name, a .NET type or a dictionary of fields."),
    };

    private static StructType FromDictionary(IDictionary fields, List<IDictionary> holders)
    {
        if (holders.Exists(holder => ReferenceEquals(holder, fields)))
            throw new FormatException("The struct holds itself.");
        if (holders.Count == MaxDepth) throw new FormatException(TooDeep);
        holders.Add(fields);
        var types = new List<KeyValuePair<string, EbpfType>>(fields.Count);
        foreach (DictionaryEntry field in fields)
        {
            string name = field.Key.ToString() ?? "";
            types.Add(new(name, FieldType(name, field.Value, holders)));
        }

        holders.RemoveAt(holders.Count - 1);
        // A Hashtable's own order changes from process to process, which a pinned map would not survive.
        if (fields is Hashtable)
            types.Sort((left, right) => StringComparer.OrdinalIgnoreCase.Compare(left.Key, right.Key));

        try
        {
            return StructType.Create(types);
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static EbpfType FieldType(string name, object? description, List<IDictionary> holders)
    {
        try
        {
            return FromObject(description ?? throw new FormatException("there is no type."), holders);
        }
        catch (FormatException error) when (error.Message != TooDeep)
        {
            throw new FormatException($"Field '{name}': {error.Message}", error);
        }
    }

    private ArgumentException TooShort(int length, string parameter) =>
        new($"{Name} takes {Size} bytes; there are {length}.", parameter);
}
