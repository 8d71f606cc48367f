namespace EbpfCat.Kernel;

/// <summary>The options of BPF_MAP_CREATE. Members left out are zero, which the kernel reads as absent.</summary>
internal sealed record MapCreateOptions
{
    public required BpfMapType Type { get; init; }

    /// <summary>The size of a key in bytes.</summary>
    public int KeySize { get; init; }

    /// <summary>The size of a value in bytes.</summary>
    public int ValueSize { get; init; }

    /// <summary>The maximum number of entries; of a ring buffer the bytes, a power of two of whole pages.</summary>
    public uint MaxEntries { get; init; }

    public BpfMapFlags Flags { get; init; }

    /// <summary>The name: see <see cref="ObjectName.From"/> (Linux 4.15).</summary>
    public string? Name { get; init; }

    /// <summary>A map that the inner maps are to be like, for a map of maps.</summary>
    public MapDescriptor? InnerMap { get; init; }

    /// <summary>The type information that holds the types of key and value (Linux 4.18).</summary>
    public BtfDescriptor? Btf { get; init; }

    /// <summary>The id of the key's type in <see cref="Btf"/>.</summary>
    public uint BtfKeyTypeId { get; init; }

    /// <summary>The id of the value's type in <see cref="Btf"/>.</summary>
    public uint BtfValueTypeId { get; init; }
}
