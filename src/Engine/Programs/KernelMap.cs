using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Programs;

/// <summary>A map that was in the kernel when it was looked at. It is not held: it may be gone since.</summary>
public sealed record KernelMap
{
    /// <summary>The number that the kernel knows it by, unique as long as it lives.</summary>
    public uint Id { get; init; }

    /// <summary>The name, cut after 15 characters; empty where it has none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The kind.</summary>
    public MapType Type { get; init; }

    /// <summary>The type of the keys from BTF, else a number or bytes of their size; null without keys.</summary>
    public EbpfType? KeyType { get; init; }

    /// <summary>The type of the values; null for kinds without values.</summary>
    public EbpfType? ValueType { get; init; }

    /// <summary>How many entries it can hold; of a ring buffer its size in bytes.</summary>
    public uint MaxEntries { get; init; }

    /// <summary>How it was made.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>All maps in the kernel, by id. Needs CAP_SYS_ADMIN.</summary>
    public static IEnumerable<KernelMap> All() => Inventory.Maps().Select(From);

    /// <summary>The map of an id, or null where there is none.</summary>
    /// <param name="id">The id.</param>
    public static KernelMap? Find(uint id) => Inventory.FindMap(id) is { } info ? From(info) : null;

    /// <summary>Opens it, to be disposed.</summary>
    /// <exception cref="KernelException">ENOENT: it is gone.</exception>
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
