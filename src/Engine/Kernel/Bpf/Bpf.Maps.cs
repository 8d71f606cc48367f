namespace EbpfCat.Kernel;

/// <content>Maps and their entries.</content>
internal static unsafe partial class Bpf
{
    /// <summary>Makes a map (BPF_MAP_CREATE).</summary>
    public static MapDescriptor CreateMap(MapCreateOptions options)
    {
        using var inner = FileDescriptor.Borrow(options.InnerMap);
        using var btf = FileDescriptor.Borrow(options.Btf);
        var attributes = new MapCreateAttributes
        {
            MapType = options.Type,
            KeySize = options.KeySize,
            ValueSize = options.ValueSize,
            MaxEntries = options.MaxEntries,
            MapFlags = options.Flags,
            InnerMapFd = inner.Number,
            MapName = ObjectName.From(options.Name),
            BtfFd = btf.Number,
            BtfKeyTypeId = options.BtfKeyTypeId,
            BtfValueTypeId = options.BtfValueTypeId,
        };
        var errno = Call(BpfCommand.MapCreate, ref attributes, out var number);
        return errno == Errno.None
            ? new MapDescriptor(number, options.Type, options.KeySize, options.ValueSize)
            : throw Diagnosis.Explain(
                new Request
                {
                    Operation = $"create the {options.Type} map '{options.Name}'",
                    Command = BpfCommand.MapCreate,
                    Uses = [options.Type, .. KernelFacts.Members(options.Flags)],
                },
                errno);
    }

    /// <summary>Reads the value of a key (BPF_MAP_LOOKUP_ELEM).</summary>
    /// <param name="key">The key: as many bytes as the map's keys have.</param>
    /// <param name="value">The buffer for the value: at least <see cref="MapDescriptor.ValueSize"/> bytes.</param>
    /// <param name="flags">None or Lock.</param>
    /// <returns>Whether the key is present.</returns>
    public static bool Lookup(
        MapDescriptor map, ReadOnlySpan<byte> key, Span<byte> value, BpfElementFlags flags = BpfElementFlags.None) =>
        Element(BpfCommand.MapLookupElement, map, key, value, flags, "read an entry of a map");

    /// <summary>
    /// Reads the value of a key and removes it; of a queue or stack the next one (BPF_MAP_LOOKUP_AND_DELETE_ELEM).
    /// </summary>
    /// <param name="map">The map. A hash needs Linux 5.14, a queue or stack 4.20.</param>
    /// <param name="key">The key; empty for a queue or stack.</param>
    /// <param name="value">The buffer for the value.</param>
    /// <param name="flags">None or Lock.</param>
    /// <returns>Whether there was a value.</returns>
    public static bool LookupAndDelete(
        MapDescriptor map, ReadOnlySpan<byte> key, Span<byte> value, BpfElementFlags flags = BpfElementFlags.None) =>
        Element(BpfCommand.MapLookupAndDeleteElement, map, key, value, flags, "take an entry from a map");

    /// <summary>Sets the value of a key (BPF_MAP_UPDATE_ELEM).</summary>
    /// <param name="key">The key; empty for a queue, stack or Bloom filter.</param>
    /// <param name="flags">Whether the key may or must be present.</param>
    /// <exception cref="KernelException">E2BIG: the map is full. EEXIST, ENOENT: against the flags.</exception>
    public static void Update(
        MapDescriptor map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value,
        BpfElementFlags flags = BpfElementFlags.None)
    {
        CheckSizes(map, key, value.Length);
        using var borrowed = map.Borrow();
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            var attributes = new ElementAttributes
            {
                MapFd = borrowed.Number,
                Key = (ulong)keyPointer,
                Value = (ulong)valuePointer,
                Flags = flags,
            };
            Execute(BpfCommand.MapUpdateElement, ref attributes, "set an entry of a map");
        }
    }

    /// <summary>Removes a key (BPF_MAP_DELETE_ELEM).</summary>
    /// <returns>Whether it was present.</returns>
    public static bool Delete(MapDescriptor map, ReadOnlySpan<byte> key) =>
        Element(BpfCommand.MapDeleteElement, map, key, [], BpfElementFlags.None, "remove an entry of a map");

    /// <summary>Finds the key after a key, in the map's own order (BPF_MAP_GET_NEXT_KEY).</summary>
    /// <param name="key">The key, or empty for the first. A key that is absent from a hash gives the first too.</param>
    /// <param name="next">The buffer for the next key.</param>
    /// <returns>Whether there is one.</returns>
    public static bool GetNextKey(MapDescriptor map, ReadOnlySpan<byte> key, Span<byte> next)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(next.Length, map.KeySize, nameof(next));
        if (!key.IsEmpty) ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, map.KeySize, nameof(key));
        return ElementUnchecked(BpfCommand.MapGetNextKey, map, key, next, BpfElementFlags.None,
            "list the keys of a map");
    }

    /// <summary>Makes a map read-only for user space, for ever (BPF_MAP_FREEZE).</summary>
    public static void Freeze(MapDescriptor map)
    {
        using var borrowed = map.Borrow();
        var number = borrowed.Number;
        Execute(BpfCommand.MapFreeze, ref number, "freeze a map");
    }

    private static bool Element(
        BpfCommand command, MapDescriptor map, ReadOnlySpan<byte> key, Span<byte> value, BpfElementFlags flags,
        string operation)
    {
        CheckSizes(map, key, command == BpfCommand.MapDeleteElement ? map.ValueSize : value.Length);
        return ElementUnchecked(command, map, key, value, flags, operation);
    }

    private static bool ElementUnchecked(
        BpfCommand command, MapDescriptor map, ReadOnlySpan<byte> key, Span<byte> value, BpfElementFlags flags,
        string operation)
    {
        using var borrowed = map.Borrow();
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            var attributes = new ElementAttributes
            {
                MapFd = borrowed.Number,
                Key = (ulong)keyPointer,
                Value = (ulong)valuePointer,
                Flags = flags,
            };
            return Call(command, ref attributes) switch
            {
                Errno.None => true,
                Errno.ENOENT => false,
                var errno => throw Refusal(command, errno, operation, map.Type),
            };
        }
    }

    // The kernel takes the sizes from the map and would write past a span that is shorter.
    private static void CheckSizes(MapDescriptor map, ReadOnlySpan<byte> key, int valueLength)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, map.KeySize, nameof(key));
        ArgumentOutOfRangeException.ThrowIfLessThan(valueLength, map.ValueSize, "value");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MapCreateAttributes
    {
        public BpfMapType MapType;
        public int KeySize;
        public int ValueSize;
        public uint MaxEntries;
        public BpfMapFlags MapFlags;
        public int InnerMapFd;
        public uint NumaNode;
        public ObjectName MapName;
        public uint MapIfindex;
        public int BtfFd;
        public uint BtfKeyTypeId;
        public uint BtfValueTypeId;
        public uint BtfVmlinuxValueTypeId;
        public ulong MapExtra;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ElementAttributes
    {
        public int MapFd;
        public uint Padding;
        public ulong Key;
        public ulong Value;
        public BpfElementFlags Flags;
    }
}
