namespace EbpfCat.Kernel;

/// <summary>A netlink socket: sends a request, gathers the answers, and turns a refusal into an exception.</summary>
internal sealed unsafe class NetlinkSocket : FileDescriptor
{
    private const int Netlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int RouteProtocol = 0;
    private const int SolNetlink = 270;
    private const int CapAcknowledgement = 10;
    private const int ExtendedAcknowledgement = 11;
    private const int Truncate = 0x20;
    private const int Peek = 2;
    private const ushort ErrorMessage = 2;
    private const ushort DoneMessage = 3;
    private const ushort CappedFlag = 0x100;
    private const ushort TlvsFlag = 0x200;
    private const ushort MessageText = 1;

    private uint _sequence;

    public NetlinkSocket()
        : base(Libc.Socket(Netlink, RawCloseOnExec, RouteProtocol))
    {
        Libc.Check(Number, "open a netlink socket");

        // Without these the kernel sends a bare number and the request back: older kernels do anyway.
        var on = 1;
        _ = Libc.SetSocketOption(Number, SolNetlink, CapAcknowledgement, &on, sizeof(int));
        _ = Libc.SetSocketOption(Number, SolNetlink, ExtendedAcknowledgement, &on, sizeof(int));
    }

    /// <summary>Sends a request and gives each answer to <paramref name="receive"/>, without its header.</summary>
    public void Exchange(NetlinkMessage message, string operation, Action<ReadOnlyMemory<byte>>? receive = null)
    {
        using var borrowed = Borrow();
        var request = message.Finish(++_sequence);
        fixed (byte* pointer = request)
            Libc.Check(Libc.Send(borrowed.Number, pointer, (nuint)request.Length, 0), operation);
        while (Handle(Receive(borrowed.Number, operation), operation, receive))
        {
        }
    }

    private static byte[] Receive(int number, string operation)
    {
        var buffer = new byte[Libc.Check(Libc.Receive(number, null, 0, Peek | Truncate), operation)];
        fixed (byte* pointer = buffer)
            Libc.Check(Libc.Receive(number, pointer, (nuint)buffer.Length, 0), operation);
        return buffer;
    }

    // Tells whether more is to come.
    private bool Handle(byte[] buffer, string operation, Action<ReadOnlyMemory<byte>>? receive)
    {
        for (var start = 0; start + NetlinkMessage.HeaderSize <= buffer.Length;)
        {
            var size = MemoryMarshal.Read<int>(buffer.AsSpan(start));
            var type = MemoryMarshal.Read<ushort>(buffer.AsSpan(start + 4));
            var flags = MemoryMarshal.Read<ushort>(buffer.AsSpan(start + 6));
            var answered = MemoryMarshal.Read<uint>(buffer.AsSpan(start + 8));
            var payload = buffer.AsMemory(start + NetlinkMessage.HeaderSize, size - NetlinkMessage.HeaderSize);
            start += size + 3 & ~3;
            if (answered != _sequence) continue;
            switch (type)
            {
                case ErrorMessage or DoneMessage:
                    ThrowIfRefused(payload.Span, flags, operation, type == ErrorMessage);
                    return false;
                default:
                    receive?.Invoke(payload);
                    break;
            }
        }

        return true;
    }

    private static void ThrowIfRefused(ReadOnlySpan<byte> payload, ushort flags, string operation, bool withRequest)
    {
        var error = payload.Length < sizeof(int) ? 0 : -MemoryMarshal.Read<int>(payload);
        if (error == 0) return;
        // The header of the refused request follows the number, and the request itself where it was not cut off.
        string? message = null;
        if (withRequest && (flags & TlvsFlag) != 0)
        {
            var request = (flags & CappedFlag) != 0
                ? NetlinkMessage.HeaderSize : MemoryMarshal.Read<int>(payload[sizeof(int)..]) + 3 & ~3;
            var attributes = new NetlinkAttributes(payload[(sizeof(int) + request)..]);
            while (attributes.Next())
                message = attributes.Type == MessageText ? attributes.String : message;
        }

        throw Diagnosis.Explain(
            new Request { Operation = operation, KernelMessage = message, Capabilities = [Capability.NetAdmin] },
            (Errno)error);
    }
}
