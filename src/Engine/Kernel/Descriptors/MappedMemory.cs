using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <summary>Memory shared with the kernel by mmap(2), unmapped when disposed or collected.</summary>
internal sealed unsafe class MappedMemory : SafeHandle
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Shared = 1;

    private MappedMemory(nint address, long length)
        : base(-1, ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte. It must not be used once this is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>The memory as a span, which must not be used once this is disposed.</summary>
    public Span<byte> Span => new(Pointer, checked((int)Length));

    /// <summary>Maps a part of what a descriptor stands for: a map's values, a ring buffer, a perf event.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="offset">Where the part begins, in bytes: a multiple of the page size.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="writable">Whether it may be written.</param>
    /// <exception cref="KernelException">
    /// EPERM: the map is frozen or read-only. ENOTSUPP, ENODEV, EINVAL: there is nothing to map there.
    /// </exception>
    public static MappedMemory Map(FileDescriptor descriptor, long offset, long length, bool writable)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        using var borrowed = descriptor.Borrow();
        var address = Libc.Map(0, (nuint)length, writable ? Read | Write : Read, Shared, borrowed.Number, offset);
        return address != -1
            ? new MappedMemory(address, length)
            : throw Diagnosis.Explain(new Request { Operation = $"map {length} bytes of memory" }, Libc.LastErrno);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Unmap(handle, (nuint)Length) == 0;
}
