namespace EbpfCat.Kernel;

/// <summary>A counter to wake a waiting thread with (eventfd(2)).</summary>
internal sealed unsafe class EventDescriptor : FileDescriptor
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    public EventDescriptor()
        : base(Libc.Check(Libc.EventFd(0, CloseOnExec | NonBlocking), "create an event descriptor")) { }

    /// <summary>Adds one, which wakes the threads that wait for the descriptor.</summary>
    public void Signal()
    {
        using var borrowed = Borrow();
        var one = 1ul;
        var written = Libc.Write(borrowed.Number, &one, sizeof(ulong));
        if (written < 0 && Libc.LastErrno != Errno.EAGAIN) Libc.Check(written, "signal an event descriptor");
    }

    /// <summary>Reads the count and sets it to zero.</summary>
    /// <returns>How often it was signalled since the last call.</returns>
    public ulong Reset()
    {
        using var borrowed = Borrow();
        var count = 0ul;
        return Libc.Read(borrowed.Number, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }
}
