namespace EbpfCat.Maps;

/// <summary>
/// A variable that a program in the kernel and user space share. Array storage is the kernel's memory itself: reading
/// and setting is no system call, and a value of 1, 2, 4 or 8 bytes is read and set atomically; larger ones may be seen
/// half written. Safe for several threads.
/// </summary>
public sealed unsafe class LiveVariable
{
    /// <summary>The tag of the types that name the variables of a map.</summary>
    internal const string LayoutTag = "variables";

    private const int MaxOnStack = 512;

    private readonly LiveMap _map;
    private readonly byte[] _key;
    private readonly int _offset;
    private readonly ValueCodec _codec;
    private readonly int _stride;

    internal LiveVariable(string name, EbpfType type, VariableStorage storage, LiveMap map, int key, int offset)
    {
        Name = name;
        Type = type;
        Storage = storage;
        _map = map;
        _key = BitConverter.GetBytes(key);
        _offset = offset;
        _codec = new ValueCodec(type, map.IsPerCpu);
        _stride = map.ValueType!.Size + 7 & ~7;
    }

    /// <summary>Its name; case does not count.</summary>
    public string Name { get; }

    /// <summary>Its type.</summary>
    public EbpfType Type { get; }

    /// <summary>The storage of the variable.</summary>
    public VariableStorage Storage { get; }

    /// <summary>The map that holds it.</summary>
    public LiveMap Map => _map;

    /// <summary>
    /// The value. Of per-CPU storage an array with an element for each possible processor; setting takes such an array,
    /// or one value, which every processor then has.
    /// </summary>
    /// <remarks>
    /// Setting a per-CPU variable writes the program's other per-CPU variables back as they were read: a count that a
    /// processor adds to one of them at that moment is lost.
    /// </remarks>
    /// <exception cref="TypeConversionException">The value does not fit the type; nothing is changed.</exception>
    public object? Value
    {
        get
        {
            if (_map.IsPerCpu) return _codec.ReadAt(ReadEntry(), _offset, _stride);
            Span<byte> bytes = Type.Size <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[Type.Size];
            ReadBytes(bytes[..Type.Size]);
            return Type.Read(bytes);
        }

        set
        {
            try
            {
                if (!_map.IsPerCpu)
                {
                    WriteBytes(Type.ToBytes(value));
                    return;
                }

                var entry = ReadEntry();
                _codec.WriteAt(value, entry, _offset, _stride);
                Bpf.Update(_map.Descriptor, _key, entry);
            }
            catch (TypeConversionException error)
            {
                throw error.Within(Name);
            }
        }
    }

    /// <summary>The variables that a map holds, if a program's variables are what it is for; else none.</summary>
    /// <param name="map">The map, such as one opened by id or pin.</param>
    public static IReadOnlyList<LiveVariable> FromMap(LiveMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.ValueType is not StructType { Tag: LayoutTag } layout) return [];
        return (LiveVariable[])(map switch
        {
            { Type: MapType.Array, MaxEntries: 1 } =>
                [.. layout.Fields.Select(f =>
                    new LiveVariable(f.Name, f.Type, VariableStorage.Array, map, 0, f.Offset))],
            { Type: MapType.PerCpuArray, MaxEntries: 1 } =>
                [.. layout.Fields.Select(f =>
                    new LiveVariable(f.Name, f.Type, VariableStorage.PerCpu, map, 0, f.Offset))],
            { Type: MapType.Hash, KeyType: EnumType { Tag: LayoutTag } keys } =>
            [
                .. from field in layout.Fields
                   let key = keys.FindValue(field.Name)
                   where key is not null
                   select new LiveVariable(field.Name, field.Type, VariableStorage.Hash, map, (int)key, 0),
            ],
            _ => [],
        });
    }

    /// <summary>The variable as one of a .NET type.</summary>
    /// <typeparam name="T">The type of the values, such as the .NET number of their size and sign.</typeparam>
    /// <exception cref="ArgumentException">The .NET type does not stand for the values.</exception>
    public LiveVariable<T> As<[DynamicallyAccessedMembers(NetStructs.Fields)] T>() => new(this);

    /// <summary>Name and type.</summary>
    public override string ToString() => $"{Name}: {Type}";

    /// <summary>Sets the variable to zero, whatever its type.</summary>
    public void Clear() => WriteBytes(new byte[Type.Size]);

    /// <summary>Reads the bytes of the value; of per-CPU storage those of the first processor.</summary>
    /// <param name="bytes">As many bytes as the type has.</param>
    internal void ReadBytes(Span<byte> bytes)
    {
        if (_map.Memory is not { } memory)
        {
            ReadEntry().AsSpan(_offset, Type.Size).CopyTo(bytes);
            return;
        }

        using var held = new Held(memory);
        var place = memory.Pointer + _offset;
        switch (AtomicSize)
        {
            case 1:
                bytes[0] = Volatile.Read(ref *place);
                break;
            case 2:
                MemoryMarshal.Write(bytes, Volatile.Read(ref *(ushort*)place));
                break;
            case 4:
                MemoryMarshal.Write(bytes, Volatile.Read(ref *(uint*)place));
                break;
            case 8:
                MemoryMarshal.Write(bytes, Volatile.Read(ref *(ulong*)place));
                break;
            default:
                new ReadOnlySpan<byte>(place, Type.Size).CopyTo(bytes);
                break;
        }
    }

    /// <summary>Writes the bytes of the value; of per-CPU storage for every processor.</summary>
    internal void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        if (_map.Memory is not { } memory)
        {
            var entry = ReadEntry();
            for (var start = _offset; start < entry.Length; start += _stride) bytes.CopyTo(entry.AsSpan(start));
            Bpf.Update(_map.Descriptor, _key, entry);
            return;
        }

        using var held = new Held(memory);
        var place = memory.Pointer + _offset;
        switch (AtomicSize)
        {
            case 1:
                Volatile.Write(ref *place, bytes[0]);
                break;
            case 2:
                Volatile.Write(ref *(ushort*)place, MemoryMarshal.Read<ushort>(bytes));
                break;
            case 4:
                Volatile.Write(ref *(uint*)place, MemoryMarshal.Read<uint>(bytes));
                break;
            case 8:
                Volatile.Write(ref *(ulong*)place, MemoryMarshal.Read<ulong>(bytes));
                break;
            default:
                bytes.CopyTo(new Span<byte>(place, bytes.Length));
                break;
        }
    }

    /// <summary>Reads the bytes of the value of each possible processor in order, or of the only value.</summary>
    internal byte[] ReadEach()
    {
        var entry = ReadEntry();
        var count = _map.IsPerCpu ? entry.Length / _stride : 1;
        var values = new byte[count * Type.Size];
        for (var index = 0; index < count; index++)
            entry.AsSpan(index * _stride + _offset, Type.Size).CopyTo(values.AsSpan(index * Type.Size));
        return values;
    }

    // The size that the processor reads and writes at once; 0 where it takes several steps.
    private int AtomicSize => Type.Size is 1 or 2 or 4 or 8 && _offset % Type.Size == 0 ? Type.Size : 0;

    private byte[] ReadEntry()
    {
        var bytes = new byte[_map.Descriptor.ValueSize];
        Bpf.Lookup(_map.Descriptor, _key, bytes);
        return bytes;
    }

    // Holds the memory: an access after another thread unmapped it would end the process.
    private readonly ref struct Held
    {
        private readonly MappedMemory _memory;

        public Held(MappedMemory memory)
        {
            var added = false;
            memory.DangerousAddRef(ref added);
            _memory = memory;
        }

        public void Dispose() => _memory.DangerousRelease();
    }
}
