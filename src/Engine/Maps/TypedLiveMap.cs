using System.Collections;

namespace EbpfCat.Maps;

/// <summary>
/// A map in the kernel, with keys and values of .NET types. Numbers, enumerations and structs of them are not boxed,
/// and reading or setting an entry allocates nothing. Safe for several threads.
/// </summary>
/// <remarks>
/// A per-CPU map has a value for each possible processor: read them with <see cref="GetPerCpu"/>, <see cref="Sum"/> or
/// <see cref="Sums"/>; setting a value sets it for every processor.
/// </remarks>
/// <example>
/// <code>
/// var sources = loaded.Map&lt;IPAddress, ulong&gt;("sources");
/// foreach (var (address, packets) in sources) Console.WriteLine($"{address} {packets}");
/// </code>
/// </example>
public sealed class LiveMap<
    [DynamicallyAccessedMembers(NetStructs.Fields)] TKey, [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>
    : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private const int MaxOnStack = 512;

    private readonly TypedCodec<TKey> _keys;
    private readonly TypedCodec<TValue> _values;
    private readonly int _stride;

    internal LiveMap(LiveMap map)
    {
        map.RequireEntries();
        Map = map;
        _keys = CodecFor<TKey>("keys", map.KeyType!);
        _values = CodecFor<TValue>("values", map.ValueType!);
        _stride = map.IsPerCpu ? map.ValueType!.Size + 7 & ~7 : map.ValueType!.Size;
    }

    /// <summary>The map, with keys and values as objects.</summary>
    public LiveMap Map { get; }

    private int KeySize => Map.Descriptor.KeySize;

    private int ValueSize => Map.Descriptor.ValueSize;

    /// <summary>The value of a key.</summary>
    /// <exception cref="MapKeyNotFoundException">The key is absent.</exception>
    /// <exception cref="TypeConversionException">The key or value does not fit its type; nothing changes.</exception>
    /// <exception cref="NotSupportedException">It is read, and the map is per-CPU.</exception>
    /// <exception cref="KernelException">It is set, and the map is full (E2BIG).</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out var value) ? value : throw Map.NotFound(key);
        set => Set(key, value);
    }

    /// <summary>Reads the value of a key, if it is present.</summary>
    /// <exception cref="NotSupportedException">The map is per-CPU.</exception>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        RequireSingleValues();
        Span<byte> bytes = ValueSize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[ValueSize];
        var isPresent = Lookup(key, bytes[..ValueSize]);
        value = isPresent ? _values.Read(bytes) : default;
        return isPresent;
    }

    /// <summary>Whether a key is present.</summary>
    public bool ContainsKey(TKey key)
    {
        Span<byte> bytes = ValueSize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[ValueSize];
        return Lookup(key, bytes[..ValueSize]);
    }

    /// <summary>Sets the value of a key; of a per-CPU map for every processor.</summary>
    /// <param name="mode">Whether the key may or must be present.</param>
    /// <exception cref="TypeConversionException">The key or value does not fit its type; nothing changes.</exception>
    /// <exception cref="MapKeyNotFoundException">The key to be replaced is absent, or no index of an array.</exception>
    /// <exception cref="KernelException">E2BIG: the map is full. EEXIST: the key to be added is present.</exception>
    public void Set(TKey key, TValue value, MapUpdate mode = MapUpdate.Any)
    {
        Span<byte> keyBytes = KeySize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[KeySize];
        Span<byte> bytes = ValueSize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[ValueSize];
        keyBytes = Encode(key, keyBytes);
        bytes = bytes[..ValueSize];
        Encode(value, bytes);
        try
        {
            Bpf.Update(Map.Descriptor, keyBytes, bytes, (BpfElementFlags)mode);
        }
        catch (KernelException refusal)
        {
            throw Map.Explain(refusal, key) ?? refusal;
        }
    }

    /// <summary>Sets many entries with few system calls (Linux 5.6). Those before a refused one stay set.</summary>
    /// <exception cref="TypeConversionException">A key or value does not fit its type.</exception>
    /// <exception cref="KernelException">E2BIG: the map is full.</exception>
    public void SetMany(params IEnumerable<KeyValuePair<TKey, TValue>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var writer = new MapBatchWriter(Map);
        foreach (var (key, value) in entries)
        {
            Encode(key, writer.Key);
            Encode(value, writer.Value);
            writer.Add();
        }

        writer.Flush();
    }

    /// <summary>Removes a key.</summary>
    /// <returns>Whether it was present.</returns>
    /// <exception cref="KernelException">EINVAL: entries of this kind of map cannot be removed (arrays).</exception>
    public bool Remove(TKey key)
    {
        Span<byte> keyBytes = KeySize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[KeySize];
        return Bpf.Delete(Map.Descriptor, Encode(key, keyBytes));
    }

    /// <summary>Removes all entries; sets those of an array to zero.</summary>
    public void Clear() => Map.Clear();

    /// <summary>Reads the values of a key of a per-CPU map: one for each possible processor, in their order.</summary>
    /// <exception cref="MapKeyNotFoundException">The key is absent.</exception>
    public TValue[] GetPerCpu(TKey key)
    {
        var bytes = new byte[ValueSize];
        if (!Lookup(key, bytes)) throw Map.NotFound(key);
        var values = new TValue[bytes.Length / _stride];
        for (var cpu = 0; cpu < values.Length; cpu++) values[cpu] = _values.Read(bytes.AsSpan(cpu * _stride));
        return values;
    }

    /// <summary>
    /// Adds up the values of a key over all processors, structs field by field; zero where the key is absent.
    /// </summary>
    /// <exception cref="NotSupportedException">The values are neither numbers nor structs of numbers.</exception>
    public TValue? Sum(TKey key)
    {
        var type = RequireNumbers();
        Span<byte> bytes = ValueSize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[ValueSize];
        return Lookup(key, bytes[..ValueSize]) ? _values.Sum(bytes[..ValueSize], _stride, type) : default;
    }

    /// <summary>Enumerates the keys, each with the sum of its values over all processors.</summary>
    /// <exception cref="NotSupportedException">The values are neither numbers nor structs of numbers.</exception>
    public IEnumerable<KeyValuePair<TKey, TValue>> Sums()
    {
        var type = RequireNumbers();
        return Read();

        IEnumerable<KeyValuePair<TKey, TValue>> Read()
        {
            using var reader = new MapBatchReader(Map);
            while (reader.Next())
            {
                for (var index = 0; index < reader.Count; index++)
                {
                    yield return KeyValuePair.Create(
                        _keys.Read(reader.Key(index)), _values.Sum(reader.Value(index), _stride, type));
                }
            }
        }
    }

    /// <summary>All entries, in the kernel's order; of an array all indices. May miss concurrent changes.</summary>
    /// <exception cref="NotSupportedException">The map is per-CPU.</exception>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        RequireSingleValues();
        return Read();

        IEnumerator<KeyValuePair<TKey, TValue>> Read()
        {
            using var reader = new MapBatchReader(Map);
            while (reader.Next())
            {
                for (var index = 0; index < reader.Count; index++)
                    yield return KeyValuePair.Create(_keys.Read(reader.Key(index)), _values.Read(reader.Value(index)));
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The name and kind.</summary>
    public override string ToString() => Map.ToString();

    private TypedCodec<T> CodecFor<[DynamicallyAccessedMembers(NetStructs.Fields)] T>(string part, EbpfType type)
    {
        try
        {
            return TypedCodec<T>.For(type);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"The {part} of the map '{Map.Name}': {error.Message}", error);
        }
    }

    private bool Lookup(TKey key, Span<byte> value)
    {
        Span<byte> bytes = KeySize <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[KeySize];
        return Bpf.Lookup(Map.Descriptor, Encode(key, bytes), value);
    }

    private Span<byte> Encode(TKey key, Span<byte> bytes)
    {
        bytes = bytes[..KeySize];
        bytes.Clear();
        try
        {
            _keys.Write(key, bytes);
        }
        catch (TypeConversionException error)
        {
            throw error.Within($"The key of the map '{Map.Name}'");
        }

        return bytes;
    }

    private void Encode(TValue value, Span<byte> bytes)
    {
        bytes.Clear();
        try
        {
            for (var start = 0; start < bytes.Length; start += _stride) _values.Write(value, bytes[start..]);
        }
        catch (TypeConversionException error)
        {
            throw error.Within($"The value of the map '{Map.Name}'");
        }
    }

    private EbpfType RequireNumbers() => TypedCodec<TValue>.CanAdd(Map.ValueType!)
        ? Map.ValueType!
        : throw new NotSupportedException(
            $"The values of the map '{Map.Name}' are {Map.ValueType!.Name}: neither numbers nor structs of numbers.");

    private void RequireSingleValues()
    {
        if (Map.IsPerCpu)
        {
            throw new NotSupportedException(
                $"The map '{Map.Name}' is a {Map.Type}, with a value for each processor: use Sum, Sums or GetPerCpu.");
        }
    }
}
