namespace EbpfCat.Kernel;

/// <summary>The descriptor of a map, with the sizes that its entries have in system calls.</summary>
internal sealed class MapDescriptor : FileDescriptor
{
    private const int DuplicateClosedOnExec = 1030; // F_DUPFD_CLOEXEC

    private readonly int _oneValueSize;

    /// <summary>Takes the descriptor of a map over.</summary>
    /// <param name="valueSize">The size of one value in bytes, as the map was made with it.</param>
    public MapDescriptor(int number, BpfMapType type, int keySize, int valueSize)
        : base(number)
    {
        Type = type;
        KeySize = keySize;
        _oneValueSize = valueSize;
        ValueSize = IsPerCpu(type) ? (valueSize + 7 & ~7) * Processors.Possible.Count : valueSize;
    }

    public BpfMapType Type { get; }

    /// <summary>The size of a key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>
    /// The size in bytes of a lookup or update: for a per-CPU map one value for each possible processor, each rounded
    /// up to 8 bytes.
    /// </summary>
    public int ValueSize { get; }

    /// <summary>Opens the map once more. Unlike by its id, that needs no privilege.</summary>
    public MapDescriptor Duplicate()
    {
        using var borrowed = Borrow();
        var number = Libc.Check(
            Libc.FileControl(borrowed.Number, DuplicateClosedOnExec, 0), "open a map of this process once more");
        return new MapDescriptor(number, Type, KeySize, _oneValueSize);
    }

    /// <summary>Whether maps of a type have one value for each possible processor.</summary>
    public static bool IsPerCpu(BpfMapType type) => type is BpfMapType.PerCpuHash or BpfMapType.PerCpuArray
        or BpfMapType.LruPerCpuHash or BpfMapType.PerCpuCgroupStorage;
}
