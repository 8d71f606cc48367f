namespace EbpfCat.Programs;

/// <summary>A snapshot of a map in the kernel. It does not keep the map alive: the map may be gone by now.</summary>
public sealed record KernelMap
{
    /// <summary>The kernel's number for the map, unique while the map lives.</summary>
    public uint Id { get; init; }

    /// <summary>The name, of at most 15 characters; empty if the map has none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The map type.</summary>
    public MapType Type { get; init; }

    /// <summary>The type of the keys: from BTF, else prefix, number or bytes; null if the map type has none.</summary>
    public EbpfType? KeyType { get; init; }

    /// <summary>The type of the values, like <see cref="KeyType"/>; null for map types without values.</summary>
    public EbpfType? ValueType { get; init; }

    /// <summary>The maximum number of entries; for a ring buffer, its size in bytes.</summary>
    public uint MaxEntries { get; init; }

    /// <summary>The flags that the map was created with.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>All maps in the kernel, by id. Needs CAP_SYS_ADMIN.</summary>
    public static IEnumerable<KernelMap> All() => Inventory.Maps().Select(From);

    /// <summary>The map with an id, or null if there is none.</summary>
    public static KernelMap? Find(uint id) => Inventory.FindMap(id) is { } info ? From(info) : null;

    /// <summary>Opens the map. The caller disposes it.</summary>
    /// <exception cref="KernelException">ENOENT: the map is gone.</exception>
    public LiveMap Open() => LiveMap.FromId(Id);

    private static KernelMap From(MapInfo info)
    {
        var (key, value) = LiveMap.TypesOf(info);
        return new KernelMap
        {
            Id = info.Id,
            Name = info.Name,
            Type = (MapType)info.Type,
            KeyType = key,
            ValueType = value,
            MaxEntries = info.MaxEntries,
            Flags = (MapFlags)info.Flags,
        };
    }
}
