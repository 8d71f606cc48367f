namespace EbpfCat.Maps;

/// <summary>
/// The types of maps on their way through the kernel: loaded as BTF beside the maps, so that another process, or
/// bpftool, finds them with the map.
/// </summary>
internal sealed class MapTypes(BtfDescriptor descriptor, IReadOnlyDictionary<Map, (int Key, int Value)> ids)
    : IDisposable
{
    public BtfDescriptor Descriptor => descriptor;

    /// <summary>Adds the types of maps to type information that is being written.</summary>
    /// <returns>The ids of their keys and values.</returns>
    public static Dictionary<Map, (int Key, int Value)> Describe(IEnumerable<Map> maps, BtfBuilder builder)
    {
        var ids = new Dictionary<Map, (int Key, int Value)>(ReferenceEqualityComparer.Instance);
        foreach (var map in maps.Where(map => MapShape.TakesTypes(map.Type)))
            ids[map] = (builder.AddType(MapShape.KeyOf(map)!), builder.AddType(MapShape.ValueOf(map)!));
        return ids;
    }

    /// <summary>Loads the types of maps; null where there are none, or the kernel takes none (before 4.18).</summary>
    public static MapTypes? Load(IReadOnlyList<Map> maps)
    {
        var builder = new BtfBuilder();
        var ids = Describe(maps, builder);
        if (ids.Count == 0) return null;
        try
        {
            return new MapTypes(Bpf.LoadBtf(builder.ToBytes()), ids);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.E2BIG)
        {
            return null;
        }
    }

    /// <summary>The types of a map that exists: its BTF's, else numbers of the same size, or bytes.</summary>
    public static (EbpfType? Key, EbpfType? Value) Of(MapInfo info)
    {
        var types = info.BtfId == 0 ? null : Read(info.BtfId);
        var key = Find(types, info.BtfKeyTypeId, info.KeySize)
            ?? (info.Type == BpfMapType.LpmTrie ? PrefixOf(info.KeySize) : null) ?? Plain(info.KeySize);
        return (key, Find(types, info.BtfValueTypeId, info.ValueSize) ?? Plain(info.ValueSize));
    }

    public (int Key, int Value)? Find(Map map) => ids.TryGetValue(map, out var found) ? found : null;

    public void Dispose() => descriptor.Dispose();

    private static BtfTypes? Read(uint id)
    {
        try
        {
            using var btf = Bpf.GetBtf(id);
            var info = Bpf.GetBtfInfo(btf, withData: true);
            return info.IsKernel && info.Name != "vmlinux" ? null : BtfTypes.Parse(info.Data.ToArray());
        }
        catch (Exception refusal) when (refusal is KernelException or BtfException)
        {
            return null;
        }
    }

    private static EbpfType? Find(BtfTypes? types, uint id, int size)
    {
        try
        {
            return id != 0 && types?[(int)id].ToEbpfType() is { } type && type.Size == size ? type : null;
        }
        catch (BtfException)
        {
            return null;
        }
    }

    private static PrefixType? PrefixOf(int size) =>
        size == PrefixType.IPv4.Size ? PrefixType.IPv4 : size == PrefixType.IPv6.Size ? PrefixType.IPv6 : null;

    private static EbpfType? Plain(int size) => size switch
    {
        0 => null,
        1 or 2 or 4 or 8 => ScalarType.Integer(size * 8, signed: false),
        _ => new BytesType(size),
    };
}
