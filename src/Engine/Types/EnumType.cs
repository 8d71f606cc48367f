namespace EbpfCat.Types;

/// <summary>
/// An integer whose values have names. The .NET value is the name where the value has one, else the number; writing
/// takes either. Names do not mind case unless two differ by nothing else.
/// </summary>
public sealed class EnumType : EbpfType
{
    private readonly Dictionary<ulong, string> _names = [];
    private readonly Dictionary<string, ulong> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>An enumeration.</summary>
    /// <param name="underlying">The integer that holds it.</param>
    /// <param name="members">
    /// Names and values, in order; of several names for a value the first is read. A value above the largest
    /// <see cref="long"/> is given as the long of the same bits.
    /// </param>
    /// <param name="name">The name after <c>enum</c>.</param>
    /// <exception cref="ArgumentException">
    /// The underlying type is no integer, a name is given twice, or a value does not fit.
    /// </exception>
    public EnumType(ScalarType underlying, IEnumerable<KeyValuePair<string, long>> members, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(underlying);
        ArgumentNullException.ThrowIfNull(members);
        if (underlying.IsFixed || underlying.IsBoolean)
            throw new ArgumentException($"An enumeration is an integer, not {underlying.Name}.", nameof(underlying));
        Underlying = underlying;
        Tag = name;
        Members = members.ToArray();
        foreach ((string member, long value) in Members)
        {
            ulong bits = (ulong)value;
            bool fits = underlying.Bits == 64 || (value >= underlying.MinValue && value <= (long)underlying.MaxValue);
            if (!fits)
                throw new ArgumentException($"{member} = {value} does not fit in {underlying.Name}.", nameof(members));
            if (!_exact.TryAdd(member, bits))
                throw new ArgumentException($"The enumeration has two members named '{member}'.", nameof(members));
            _values.TryAdd(member, bits);
            _names.TryAdd(bits, member);
        }
    }

    /// <summary>The name after <c>enum</c>, where it has one.</summary>
    public string? Tag { get; }

    /// <summary>The integer that holds it.</summary>
    public ScalarType Underlying { get; }

    /// <summary>Names and values in order; a value above the largest long is the long of the same bits.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Members { get; }

    public override string Name =>
        Tag is null ? $"enum {{ {string.Join(", ", Members.Select(member => member.Key))} }}" : $"enum {Tag}";

    public override int Size => Underlying.Size;

    public override int Alignment => Underlying.Alignment;

    /// <summary>An enumeration with the members and the underlying type of a .NET one.</summary>
    /// <param name="type">An enumeration type.</param>
    /// <exception cref="ArgumentException">It is not one.</exception>
    public static EnumType FromNetType(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!type.IsEnum) throw new ArgumentException($"{type.Name} is not an enumeration.", nameof(type));
        var underlying = (ScalarType)TypeNames.FromNetType(Enum.GetUnderlyingType(type));
        IEnumerable<KeyValuePair<string, long>> members = Enum.GetNames(type)
            .Select(name => KeyValuePair.Create(name, (long)underlying.ToBits(Enum.Parse(type, name))));
        return new EnumType(underlying, members, type.Name);
    }

    /// <summary>The value of a name as a register holds it, or null.</summary>
    public ulong? FindValue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _exact.TryGetValue(name, out ulong value) || _values.TryGetValue(name, out value) ? value : null;
    }

    /// <summary>The first name of a value as a register holds it, or null.</summary>
    /// <param name="bits">What <see cref="ScalarType.ReadBits"/> gives.</param>
    public string? FindName(ulong bits) => _names.GetValueOrDefault(bits);

    public override bool Equals(EbpfType? other) => ReferenceEquals(this, other)
        || (other is EnumType type && type.Underlying == Underlying && type.Tag == Tag
            && type.Members.SequenceEqual(Members));

    public override int GetHashCode() => HashCode.Combine(nameof(EnumType), Underlying, Tag, Members.Count);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        ulong bits = Underlying.ReadBits(bytes);
        return FindName(bits) ?? Underlying.FromBits(bits);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes) =>
        Underlying.WriteBits(ToBits(value), bytes);

    private ulong ToBits(object? value)
    {
        if (value is not string name) return Underlying.ToBits(value);
        if (FindValue(name) is { } found) return found;
        if (NumberConversion.TryToInteger(name, out _, out _)) return Underlying.ToBits(name);
        string question = SimilarNames.Ask(name, Members.Select(member => member.Key));
        throw TypeConversionException.Refuse(value, this, $"it has no such member{question}");
    }
}
