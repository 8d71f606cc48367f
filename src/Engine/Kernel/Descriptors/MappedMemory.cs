namespace EbpfCat.Kernel;

/// <summary>Memory shared with the kernel by mmap(2), unmapped when disposed or collected.</summary>
internal sealed unsafe class MappedMemory : SafeHandle
{
    // PROT_READ, PROT_WRITE and MAP_SHARED of mmap(2)
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int MapShared = 1;

    private MappedMemory(nint address, long length)
        : base(-1, ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>The address of the first byte. It must not be used after this is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>The memory as a span, which must not be used after this is disposed.</summary>
    public Span<byte> Span => new(Pointer, checked((int)Length));

    /// <summary>Maps a map's values, a ring buffer or a perf event's buffer.</summary>
    /// <param name="descriptor">A descriptor of a map or a perf event.</param>
    /// <param name="offset">The offset of the first mapped byte: a multiple of the page size.</param>
    /// <param name="length">The length of the mapping in bytes.</param>
    /// <param name="writable">Whether the memory may be written.</param>
    /// <exception cref="KernelException">
    /// EPERM: the map is frozen or read-only. ENOTSUPP, ENODEV, EINVAL: there is no memory to map there.
    /// </exception>
    public static MappedMemory Map(FileDescriptor descriptor, long offset, long length, bool writable)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        using var borrowed = descriptor.Borrow();
        var protection = writable ? ProtRead | ProtWrite : ProtRead;
        var address = Libc.Map(0, (nuint)length, protection, MapShared, borrowed.Number, offset);
        return address != -1
            ? new MappedMemory(address, length)
            : throw Diagnosis.Explain(new Request { Operation = $"map {length} bytes of memory" }, Libc.LastErrno);
    }

    protected override bool ReleaseHandle() => Libc.Unmap(handle, (nuint)Length) == 0;
}
