namespace EbpfCat.Maps;

/// <content>Making maps and opening those there are.</content>
public sealed partial class LiveMap
{
    /// <summary>Makes a map, or opens the one that <see cref="Map.Existing"/> says.</summary>
    /// <exception cref="KernelException">The kernel refused, as the message says.</exception>
    /// <exception cref="ArgumentException">
    /// The kind needs a type for keys or values; or what exists is of another kind or has other sizes.
    /// </exception>
    public static LiveMap Create(Map definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        using var types = MapTypes.Load([definition]);
        return Create(definition, types);
    }

    /// <summary>Opens a pinned map.</summary>
    /// <param name="pin">The name of the pin: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">ENOENT: nothing is pinned there. EINVAL: it is no map.</exception>
    public static LiveMap Open(string pin)
    {
        var path = PinPath.Of(pin);
        var descriptor = Bpf.GetPinned<MapDescriptor>(path);
        var name = Path.GetFileName(path);
        return From(descriptor, kernelName => ObjectName.From(name).ToString() == kernelName ? name : kernelName);
    }

    /// <summary>Opens a map by its id.</summary>
    /// <exception cref="KernelException">ENOENT: there is none, or no longer.</exception>
    public static LiveMap FromId(uint id) => From(Bpf.GetMap(id), kernelName => kernelName);

    internal static LiveMap Open(string path, string name) => From(Bpf.GetPinned<MapDescriptor>(path), _ => name);

    internal static LiveMap Create(Map definition, MapTypes? types)
    {
        if (definition.Existing is { } existing) return OpenExisting(definition, existing);
        var (key, value) = (MapShape.KeyOf(definition), MapShape.ValueOf(definition));
        // With its types, for some kernels (6.1 among them) take no map in its place that differs in that.
        using var inner = definition.InnerMap is null ? null : Create(definition.InnerMap);
        var options = new MapCreateOptions
        {
            Type = (BpfMapType)definition.Type,
            Name = definition.Name,
            KeySize = key?.Size ?? 0,
            ValueSize = value?.Size ?? 0,
            MaxEntries = MapShape.EntriesOf(definition),
            Flags = MapShape.FlagsOf(definition),
            InnerMap = inner?.Descriptor,
        };
        var descriptor = types?.Find(definition) is { } ids
            ? CreateDescribed(options, types.Descriptor, ids) : Bpf.CreateMap(options);
        return new LiveMap(descriptor, definition.Name, definition.Type, key, value, options.MaxEntries,
            (MapFlags)options.Flags)
        {
            InnerMap = definition.InnerMap,
        };
    }

    // The map is what is asked for: where the kernel takes it without its types only, it comes without.
    private static MapDescriptor CreateDescribed(MapCreateOptions options, BtfDescriptor btf, (int Key, int Value) ids)
    {
        try
        {
            return Bpf.CreateMap(
                options with { Btf = btf, BtfKeyTypeId = (uint)ids.Key, BtfValueTypeId = (uint)ids.Value });
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.ENOTSUPP)
        {
            return Bpf.CreateMap(options);
        }
    }

    private static LiveMap OpenExisting(Map definition, IExistingMap existing)
    {
        // To open a map by its id takes CAP_SYS_ADMIN; one of this process needs none.
        var descriptor = existing is LiveMap { Descriptor: { IsClosed: false } open }
            ? open.Duplicate() : Bpf.GetMap(existing.Id);
        var map = From(descriptor, _ => definition.Name, definition);
        var (key, value) = (map.KeyType?.Size ?? 0, map.ValueType?.Size ?? 0);
        var kernel = Bpf.GetMapInfo(map.Descriptor);
        if ((MapType)kernel.Type == definition.Type && kernel.KeySize == key && kernel.ValueSize == value) return map;
        map.Dispose();
        throw new ArgumentException(
            $"The map '{definition.Name}' cannot be shared: what exists is a {(MapType)kernel.Type} with keys of "
            + $"{kernel.KeySize} and values of {kernel.ValueSize} bytes, "
            + $"declared is a {definition.Type} with {key} and {value}.");
    }

    private static LiveMap From(MapDescriptor descriptor, Func<string, string> nameFrom, Map? definition = null)
    {
        try
        {
            var info = Bpf.GetMapInfo(descriptor);
            var (key, value) = definition is null
                ? MapTypes.Of(info) : (MapShape.KeyOf(definition), MapShape.ValueOf(definition));
            return new LiveMap(
                descriptor, nameFrom(info.Name), (MapType)info.Type, key, value, info.MaxEntries, (MapFlags)info.Flags,
                info.Id);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }
}
