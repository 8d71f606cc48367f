namespace EbpfCat.Kernel;

/// <summary>The kernel's description of a map (<c>struct bpf_map_info</c>).</summary>
internal sealed record MapInfo
{
    public BpfMapType Type { get; init; }

    /// <summary>The id, unique as long as the map lives.</summary>
    public uint Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The size of a key in bytes.</summary>
    public int KeySize { get; init; }

    /// <summary>The size of one value in bytes.</summary>
    public int ValueSize { get; init; }

    /// <summary>The greatest number of entries.</summary>
    public uint MaxEntries { get; init; }

    public BpfMapFlags Flags { get; init; }

    /// <summary>The id of the type information for key and value, or 0 (Linux 4.18).</summary>
    public uint BtfId { get; init; }

    /// <summary>The id of the key's type in it.</summary>
    public uint BtfKeyTypeId { get; init; }

    /// <summary>The id of the value's type in it.</summary>
    public uint BtfValueTypeId { get; init; }
}
