namespace EbpfCat.Maps;

/// <content>The values of an array, mapped into this process's memory (<c>BPF_F_MMAPABLE</c>, Linux 5.5).</content>
public sealed partial class LiveMap
{
    private readonly Lazy<MappedMemory?> _memory;

    /// <summary>
    /// The memory of the values, each at a multiple of 8 bytes; null if the map cannot be mapped. It is mapped at the
    /// first use, until the map is disposed.
    /// </summary>
    internal MappedMemory? Memory => _memory.Value;

    private MappedMemory? MapMemory()
    {
        if (Type != MapType.Array || !Flags.HasFlag(MapFlags.Mappable) || ValueType is null) return null;
        var page = Environment.SystemPageSize;
        var length = (ValueType.Size + 7 & ~7) * (long)MaxEntries;
        var writable = !Flags.HasFlag(MapFlags.ReadOnly);
        try
        {
            return MappedMemory.Map(Descriptor, 0, (length + page - 1) / page * page, writable);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EPERM or Errno.EACCES)
        {
            // A frozen map cannot be mapped for writing; system calls can still read it.
            return null;
        }
    }
}
