namespace EbpfCat.Maps;

/// <summary>The kernel's requirements for each kind of map, beyond its declaration.</summary>
internal static class MapShape
{
    // Not asked of KernelFacts, whose reflection would cost the first program milliseconds.
    private static readonly Version Mappable = new(5, 5);

    // Frames of a stack trace: PERF_MAX_STACK_DEPTH of linux/perf_event.h.
    private const int StackFrames = 127;

    // Kinds whose keys or values are descriptors or kernel data: their sizes are given.
    private static readonly Dictionary<MapType, (EbpfType Key, EbpfType Value)> Given = new()
    {
        [MapType.ProgramArray] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.PerfEventArray] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.CgroupArray] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.StackTrace] = (ScalarType.UInt32, new ArrayType(ScalarType.UInt64, StackFrames)),
        [MapType.ArrayOfMaps] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.HashOfMaps] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.DevMap] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.DevMapHash] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.SockMap] = (ScalarType.UInt32, ScalarType.UInt64),
        [MapType.SockHash] = (ScalarType.UInt32, ScalarType.UInt64),
        [MapType.CpuMap] = (ScalarType.UInt32, ScalarType.UInt32),
        [MapType.XskMap] = (ScalarType.UInt32, ScalarType.UInt32),
    };

    private static readonly HashSet<MapType> Keyless =
        [MapType.Queue, MapType.Stack, MapType.BloomFilter, MapType.RingBuffer];

    private static readonly HashSet<MapType> Indexed =
    [
        MapType.Array, MapType.PerCpuArray, MapType.ArrayOfMaps, MapType.ProgramArray, MapType.PerfEventArray,
        MapType.DevMap,
        MapType.CpuMap, MapType.XskMap, MapType.SockMap,
    ];

    private static readonly HashSet<MapType> Objects =
    [
        MapType.ProgramArray, MapType.ArrayOfMaps, MapType.HashOfMaps, MapType.DevMap, MapType.DevMapHash,
        MapType.SockMap,
        MapType.SockHash, MapType.XskMap,
    ];

    // Of other kinds the kernel refuses type information.
    private static readonly HashSet<MapType> Described =
    [
        MapType.Hash, MapType.LruHash, MapType.PerCpuHash, MapType.LruPerCpuHash, MapType.Array, MapType.PerCpuArray,
        MapType.LpmTrie,
    ];

    /// <summary>Whether a map of this kind can carry the types of its keys and values (BTF).</summary>
    public static bool TakesTypes(MapType type) => Described.Contains(type);

    /// <summary>Whether the values stand for objects of the kernel: maps, programs, devices, sockets.</summary>
    public static bool HoldsObjects(MapType type) => Objects.Contains(type);

    /// <summary>Whether the keys are the numbers from 0 on, all of them there at all times.</summary>
    public static bool IsIndexed(MapType type) => Indexed.Contains(type);

    public static EbpfType? KeyOf(Map map) => Keyless.Contains(map.Type) ? null
        : map.Key ?? (Given.TryGetValue(map.Type, out var given) ? given.Key
        : Indexed.Contains(map.Type) ? ScalarType.UInt32
        : throw new ArgumentException($"The map '{map.Name}' is a {map.Type}: it needs a type for its keys."));

    public static EbpfType? ValueOf(Map map) => map.Type == MapType.RingBuffer ? null
        : map.Value ?? (Given.TryGetValue(map.Type, out var given) ? given.Value
        : throw new ArgumentException($"The map '{map.Name}' is a {map.Type}: it needs a type for its values."));

    public static BpfMapFlags FlagsOf(Map map)
    {
        var flags = (BpfMapFlags)map.Flags;
        if (map.Type == MapType.LpmTrie) flags |= BpfMapFlags.NoPreallocation;
        // Before that variables are read and set by system calls in place of mapped memory.
        if (KernelFacts.RunningVersion < Mappable) flags &= ~BpfMapFlags.Mappable;
        return flags;
    }

    public static uint EntriesOf(Map map) => map is { Type: MapType.PerfEventArray, MaxEntries: 0 }
        ? (uint)Processors.Possible.Count : (uint)map.MaxEntries;
}
