namespace EbpfCat.Maps;

/// <summary>
/// A map in the kernel, with typed keys and values. Instances are safe for several threads, as the kernel's maps are.
/// Disposing closes the map; the kernel frees it when nothing else holds it: no program, descriptor or pin.
/// </summary>
/// <remarks>
/// The values of a per-CPU map are arrays with one element for each possible processor, in the order of their numbers.
/// Setting one takes such an array, or a single value, which every processor then has.
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed partial class LiveMap : IDisposable, IKernelObject, IExistingMap
{
    private readonly ValueCodec? _values;
    private readonly Lazy<uint> _id;
    private readonly bool _holdsObjects;
    private readonly List<LiveVariable> _lossCounts = [];

    internal LiveMap(MapDescriptor descriptor, string name, MapType type, EbpfType? key, EbpfType? value,
        uint maxEntries, MapFlags flags, uint? id = null)
    {
        Descriptor = descriptor;
        Name = name;
        Type = type;
        KeyType = key;
        ValueType = value;
        MaxEntries = maxEntries;
        Flags = flags;
        _id = id is { } known ? new(known) : new(() => Bpf.GetMapInfo(Descriptor).Id);
        _values = value is null ? null : new ValueCodec(value, IsPerCpu);
        _memory = new(MapMemory);
        _holdsObjects = MapShape.HoldsObjects(type);
    }

    /// <summary>The number that the kernel knows the map by, unique as long as the map lives.</summary>
    public uint Id => _id.Value;

    /// <summary>The name as declared; of a map opened by id the kernel's, which is cut after 15 characters.</summary>
    public string Name { get; }

    /// <summary>The kind of the map.</summary>
    public MapType Type { get; }

    /// <summary>
    /// The type of the keys; null for kinds without keys. Of a map opened by id or pin what its BTF says; without BTF
    /// an unsigned number of the size of the keys, or bytes.
    /// </summary>
    public EbpfType? KeyType { get; }

    /// <summary>The type of the values, of a per-CPU map those of one processor; null for kinds without.</summary>
    public EbpfType? ValueType { get; }

    /// <summary>The maximum number of entries; of a ring buffer its size in bytes.</summary>
    public uint MaxEntries { get; }

    /// <summary>How it was made.</summary>
    public MapFlags Flags { get; }

    /// <summary>The open file descriptor, owned by this; closed once this is disposed.</summary>
    public SafeHandle Handle => Descriptor;

    internal MapDescriptor Descriptor { get; }

    FileDescriptor IKernelObject.Descriptor => Descriptor;

    /// <summary>Whether each possible processor has values of its own.</summary>
    public bool IsPerCpu => MapDescriptor.IsPerCpu((BpfMapType)Type);

    /// <summary>
    /// The number of updates that programs, as far as this process loaded them, lost because the map was full.
    /// </summary>
    public long LostUpdates
    {
        get
        {
            lock (_lossCounts) return _lossCounts.Sum(count => (long)(ulong)count.Value!);
        }
    }

    /// <summary>Adds a variable in which a program counts the updates that it lost.</summary>
    internal void Count(LiveVariable losses)
    {
        lock (_lossCounts) _lossCounts.Add(losses);
    }

    /// <summary>Pins the map, which keeps it when this process ends.</summary>
    /// <param name="name">The name of the pin, which must be free: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">EEXIST, EPERM: as the message says.</exception>
    public void Pin(string name) => PinPath.Pin(Descriptor, name);

    /// <summary>The map as one with keys and values of .NET types.</summary>
    /// <typeparam name="TKey">The type of the keys, such as the .NET number of their size and sign.</typeparam>
    /// <typeparam name="TValue">The type of the values; in a per-CPU map of one processor's.</typeparam>
    /// <exception cref="ArgumentException">A .NET type does not stand for the keys or values.</exception>
    /// <exception cref="NotSupportedException">The kind has no keys, or no values that user space reads.</exception>
    public LiveMap<TKey, TValue> As<
        [DynamicallyAccessedMembers(NetStructs.Fields)] TKey, [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>()
        where TKey : notnull => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_memory is { IsValueCreated: true, Value: { } memory }) memory.Dispose();
        Descriptor.Dispose();
    }

    /// <summary>The name and kind.</summary>
    public override string ToString() => $"{Name} ({Type})";
}
