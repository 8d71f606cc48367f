namespace EbpfCat.Commands;

/// <summary>The parameters of commands that declare or create a map.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Key">The type of its keys.</param>
/// <param name="Value">The type of its values.</param>
/// <param name="MaxEntries">The maximum number of entries; 0 if the other parameters determine it.</param>
/// <param name="Flags">How it is made.</param>
/// <param name="InnerMap">Of a map of maps a map that the inner ones are like.</param>
/// <param name="Programs">Of a map of programs their names.</param>
internal sealed record MapDeclaration(
    string Name, MapType Type, EbpfType? Key, EbpfType? Value, int MaxEntries, MapFlags Flags, object? InnerMap,
    string[]? Programs)
{
    private static readonly HashSet<MapType> Keyless =
        [MapType.Queue, MapType.Stack, MapType.BloomFilter, MapType.RingBuffer];

    private static readonly HashSet<MapType> FreeKeys =
    [
        MapType.Hash, MapType.LruHash, MapType.PerCpuHash, MapType.LruPerCpuHash, MapType.LpmTrie, MapType.HashOfMaps,
        MapType.SockHash,
    ];

    private static readonly HashSet<MapType> FreeValues =
    [
        MapType.Hash, MapType.LruHash, MapType.PerCpuHash, MapType.LruPerCpuHash, MapType.Array, MapType.PerCpuArray,
        MapType.LpmTrie, MapType.Queue, MapType.Stack, MapType.BloomFilter,
    ];

    /// <summary>The map as programs declare it.</summary>
    /// <exception cref="CompileException">Something is missing, or is too much.</exception>
    public Map ToMap()
    {
        if (Key is null && FreeKeys.Contains(Type))
        {
            throw Wrong(DiagnosticIds.MissingKeyType, $"A map of type {Type} has keys.",
                "Give their type, such as -Key uint32.");
        }

        if (Key is not null && Keyless.Contains(Type))
            throw Wrong(DiagnosticIds.UnexpectedKeyType, $"A map of type {Type} has no keys.", "Leave out -Key.");
        if (!FreeKeys.Contains(Type) && Key is not (null or EnumType { Size: 4 } or ScalarType { Bits: 32 }))
        {
            throw Wrong(DiagnosticIds.WrongKeyType,
                $"The keys of a map of type {Type} are 32-bit indices, and {Key.Name} is none.",
                "Give -Key uint32, or leave it out.");
        }

        if (Value is null && FreeValues.Contains(Type))
        {
            throw Wrong(DiagnosticIds.MissingValueType, $"A map of type {Type} has values.",
                "Give their type, such as -Value uint64.");
        }

        if (Type == MapType.LpmTrie && Key is not (PrefixType or StructType or BytesType or null))
        {
            throw Wrong(DiagnosticIds.WrongKeyType,
                $"The keys of a map of type LpmTrie are prefixes, and {Key.Name} is none.",
                "Give -Key prefix4, prefix6 or ipprefix; of a struct the first field is the length in bits, a uint32.");
        }

        var isOfMaps = Type is MapType.ArrayOfMaps or MapType.HashOfMaps;
        if (isOfMaps && InnerMap is null)
        {
            throw Wrong(DiagnosticIds.MissingInnerMap, $"A map of type {Type} has maps in it.",
                "Give one that they are like: -InnerMap (New-EbpfMap …).");
        }

        if (!isOfMaps && InnerMap is not null)
        {
            throw Wrong(DiagnosticIds.UnexpectedInnerMap, $"A map of type {Type} has no maps in it.",
                "Declare it with -Type HashOfMaps or ArrayOfMaps.");
        }

        if (Type != MapType.ProgramArray && Programs is not null)
        {
            throw Wrong(DiagnosticIds.UnexpectedPrograms, $"A map of type {Type} has no programs in it.",
                "Declare it with -Type ProgramArray.");
        }

        var entries = MaxEntries > 0
            ? MaxEntries
            : Programs?.Length ?? (Type == MapType.PerfEventArray ? 0 : throw Wrong(
            DiagnosticIds.MissingMaxEntries, $"The map '{Name}' needs a size.", "Give -MaxEntries."));
        if (Programs?.Length > entries)
        {
            throw Wrong(DiagnosticIds.TooManyPrograms,
                $"The map '{Name}' has {entries} entries for {Programs.Length} programs.", "Leave out -MaxEntries.");
        }

        return LiveMap.Complete(new Map(Name, Type, KeyType(), Value, entries, Flags, InnerMap is null
            ? null : Inner(InnerMap)));
    }

    /// <summary>A map that exists, as programs declare it that use it.</summary>
    /// <param name="map">A live map, or one that was found in the kernel.</param>
    /// <param name="name">Its name in the program; null for its own.</param>
    public static Map Existing(object map, string? name = null) => map switch
    {
        LiveMap live => live.ToDefinition(name),
        KernelMap or PinInfo { Kind: PinKind.Map } when Shared.Open(map) is LiveMap opened => opened.ToDefinition(name),
        _ => throw new ArgumentException($"{Values.Kind(map)} is no map; give what New-EbpfMap or Get-EbpfMap gives."),
    };

    // The programs go by name: the keys are an enumeration of their indices.
    private EbpfType? KeyType() => Programs is null ? Key : new EnumType(
        ScalarType.UInt32, Programs.Select((name, index) => KeyValuePair.Create(name, (long)index)), "programs");

    private static Map Inner(object map) => Existing(map) with { Existing = null };

    private static CompileException Wrong(string id, string problem, string suggestion) =>
        new(id, problem, null, suggestion);
}
