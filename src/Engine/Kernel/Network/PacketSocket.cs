namespace EbpfCat.Kernel;

/// <summary>
/// A raw socket that sees the frames an interface receives and sends, from the Ethernet header on (packet(7)), in the
/// network namespace of the calling thread.
/// </summary>
internal sealed unsafe class PacketSocket : FileDescriptor
{
    private const int Packet = 17;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const ushort AllProtocols = 3;
    private const int AddressSize = 20;
    private const int SocketLevel = 1;
    private const int AttachBpf = 50;
    private const int DetachFilter = 27;

    /// <summary>Opens a socket that sees nothing until <see cref="Bind"/>.</summary>
    /// <exception cref="KernelException">EPERM: CAP_NET_RAW is missing.</exception>
    public PacketSocket()
        : base(Libc.Check(Libc.Socket(Packet, RawCloseOnExec, 0), "open a packet socket", Capability.NetRaw)) { }

    /// <summary>Binds it to an interface, whose packets it then receives.</summary>
    public void Bind(int interfaceIndex)
    {
        // struct sockaddr_ll of linux/if_packet.h
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        var family = (ushort)Packet;
        MemoryMarshal.Write(address, in family);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], AllProtocols);
        MemoryMarshal.Write(address[4..], in interfaceIndex);
        using var borrowed = Borrow();
        fixed (byte* pointer = address)
        {
            Libc.Check(
                Libc.Bind(borrowed.Number, pointer, AddressSize), $"bind a packet socket to interface {interfaceIndex}",
                Capability.NetRaw);
        }
    }

    /// <summary>Sets or replaces the filter of a socket of this process (SO_ATTACH_BPF, Linux 3.19).</summary>
    public static void AttachFilter(int socket, ProgramDescriptor program)
    {
        using var borrowed = program.Borrow();
        var number = borrowed.Number;
        Libc.Check(
            Libc.SetSocketOption(socket, SocketLevel, AttachBpf, &number, sizeof(int)),
            $"attach a program to the socket {socket}", Capability.NetRaw);
    }

    public static void RemoveFilter(int socket)
    {
        var ignored = 0;
        _ = Libc.SetSocketOption(socket, SocketLevel, DetachFilter, &ignored, sizeof(int));
    }
}
