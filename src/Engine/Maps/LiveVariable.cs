using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Maps;

/// <summary>
/// A variable that a program in the kernel and user space share. Array storage is the kernel's memory itself: reading and
/// setting is no system call, and a value of 1, 2, 4 or 8 bytes is read and set whole; larger ones may be seen half
/// written. Safe for several threads.
/// </summary>
public sealed unsafe class LiveVariable
{
    /// <summary>The tag of the types that name the variables of a map.</summary>
    internal const string LayoutTag = "variables";

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

    /// <summary>Where it lives.</summary>
    public VariableStorage Storage { get; }

    /// <summary>The map that holds it.</summary>
    public LiveMap Map => _map;

    /// <summary>
    /// The value. Of per-CPU storage an array with an element for each possible processor; setting takes such an array, or
    /// one value, which every processor then has.
    /// </summary>
    /// <remarks>
    /// Setting a per-CPU variable writes the program's other per-CPU variables back as they were read: a count that a
    /// processor adds to one of them at that moment is lost.
    /// </remarks>
    /// <exception cref="TypeConversionException">The value does not fit the type; nothing is changed.</exception>
    public object? Value
    {
        get => _map.Memory is { } memory ? Read(memory) : ReadBySystemCall();
        set
        {
            try
            {
                if (_map.Memory is { } memory) Write(memory, value);
                else WriteBySystemCall(value);
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
        return map switch
        {
            { Type: MapType.Array, MaxEntries: 1 } =>
                [.. layout.Fields.Select(f => new LiveVariable(f.Name, f.Type, VariableStorage.Array, map, 0, f.Offset))],
            { Type: MapType.PerCpuArray, MaxEntries: 1 } =>
                [.. layout.Fields.Select(f => new LiveVariable(f.Name, f.Type, VariableStorage.PerCpu, map, 0, f.Offset))],
            { Type: MapType.Hash, KeyType: EnumType { Tag: LayoutTag } keys } =>
            [
                .. from field in layout.Fields
                   let key = keys.FindValue(field.Name)
                   where key is not null
                   select new LiveVariable(field.Name, field.Type, VariableStorage.Hash, map, (int)key, 0),
            ],
            _ => [],
        };
    }

    /// <summary>Name and type.</summary>
    public override string ToString() => $"{Name}: {Type}";

    /// <summary>Sets the variable to zero, whatever its type.</summary>
    public void Clear()
    {
        if (_map.Memory is { } memory)
        {
            using var held = new Held(memory);
            Store(memory.Pointer + _offset, new byte[Type.Size]);
            return;
        }

        var bytes = ReadEntry();
        for (var start = _offset; start < bytes.Length; start += _stride) bytes.AsSpan(start, Type.Size).Clear();
        Bpf.Update(_map.Descriptor, _key, bytes);
    }

    private object? Read(MappedMemory memory)
    {
        using var held = new Held(memory);
        var place = memory.Pointer + _offset;
        ulong value = Whole switch
        {
            1 => Volatile.Read(ref *place),
            2 => Volatile.Read(ref *(ushort*)place),
            4 => Volatile.Read(ref *(uint*)place),
            8 => Volatile.Read(ref *(ulong*)place),
            _ => 0,
        };
        if (Whole == 0) return Type.Read(new ReadOnlySpan<byte>(place, Type.Size));
        if (BitConverter.IsLittleEndian) return Type.Read(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));
        return Type.Read(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value))[(sizeof(ulong) - Whole)..]);
    }

    private void Write(MappedMemory memory, object? value)
    {
        var bytes = Type.ToBytes(value);
        using var held = new Held(memory);
        Store(memory.Pointer + _offset, bytes);
    }

    private void Store(byte* place, byte[] bytes)
    {
        switch (Whole)
        {
            case 1:
                Volatile.Write(ref *place, bytes[0]);
                break;
            case 2:
                Volatile.Write(ref *(ushort*)place, Unsafe.ReadUnaligned<ushort>(ref bytes[0]));
                break;
            case 4:
                Volatile.Write(ref *(uint*)place, Unsafe.ReadUnaligned<uint>(ref bytes[0]));
                break;
            case 8:
                Volatile.Write(ref *(ulong*)place, Unsafe.ReadUnaligned<ulong>(ref bytes[0]));
                break;
            default:
                bytes.CopyTo(new Span<byte>(place, bytes.Length));
                break;
        }
    }

    // The size that the processor moves in one step, or 0 where it takes several.
    private int Whole => Type.Size is 1 or 2 or 4 or 8 && _offset % Type.Size == 0 ? Type.Size : 0;

    private object? ReadBySystemCall()
    {
        var bytes = new byte[_map.Descriptor.ValueSize];
        Bpf.Lookup(_map.Descriptor, _key, bytes);
        return _codec.ReadAt(bytes, _offset, _stride);
    }

    private void WriteBySystemCall(object? value)
    {
        var bytes = ReadEntry();
        _codec.WriteAt(value, bytes, _offset, _stride);
        Bpf.Update(_map.Descriptor, _key, bytes);
    }

    // The entry as it is, for the other variables in it; of hash storage, where it has but one, zero.
    private byte[] ReadEntry()
    {
        var bytes = new byte[_map.Descriptor.ValueSize];
        if (Storage != VariableStorage.Hash) Bpf.Lookup(_map.Descriptor, _key, bytes);
        return bytes;
    }

    // Memory that another thread unmaps meanwhile would end the process.
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
