namespace EbpfCat.Kernel;

/// <summary>Waits for many descriptors at once (epoll(7)), each known by a number of the caller's.</summary>
internal sealed unsafe class Epoll : FileDescriptor
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 1;

    // struct epoll_event is packed on x86-64 alone (sys/epoll.h): the number follows the events at once there.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + sizeof(ulong);

    public Epoll()
        : base(Libc.Check(Libc.EpollCreate(CloseOnExec), "create an epoll descriptor")) { }

    /// <summary>Waits for a descriptor too.</summary>
    /// <param name="descriptor">The descriptor; it is to be removed, or this disposed, before it is closed.</param>
    /// <param name="key">The number that <see cref="Wait"/> gives when the descriptor is readable.</param>
    public void Include(FileDescriptor descriptor, ulong key) => Change(Add, descriptor, key);

    public void Exclude(FileDescriptor descriptor) => Change(Remove, descriptor, 0);

    /// <summary>Waits until a descriptor is readable or at its end.</summary>
    /// <param name="keys">Where to put the numbers of those that are, as many as fit.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>How many there are; 0 when the time is up.</returns>
    public int Wait(Span<ulong> keys, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Length, nameof(keys));
        using var borrowed = Borrow();
        var capacity = Math.Min(keys.Length, 64);
        var events = stackalloc byte[capacity * EventSize];
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var remaining = timeout < TimeSpan.Zero
                ? -1 : Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            var count = Libc.EpollWait(borrowed.Number, events, capacity, (int)remaining);
            if (count < 0 && Libc.LastErrno == Errno.EINTR) continue;
            Libc.Check(count, "wait for descriptors");
            for (var index = 0; index < count; index++)
            {
                keys[index] = MemoryMarshal.Read<ulong>(
                    new ReadOnlySpan<byte>(events + (index * EventSize) + DataOffset, 8));
            }

            return count;
        }
    }

    private void Change(int operation, FileDescriptor descriptor, ulong key)
    {
        using var borrowed = Borrow();
        using var borrowedDescriptor = descriptor.Borrow();
        Span<byte> interest = stackalloc byte[EventSize];
        interest.Clear();
        var events = Readable;
        MemoryMarshal.Write(interest, in events);
        MemoryMarshal.Write(interest[DataOffset..], in key);
        fixed (byte* pointer = interest)
        {
            Libc.Check(
                Libc.EpollControl(borrowed.Number, operation, borrowedDescriptor.Number, pointer),
                "wait for a descriptor");
        }
    }
}
