using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <summary>
/// A raw socket that sees what an interface receives and sends, from the Ethernet header on (packet(7)), in the network
/// namespace of the calling thread.
/// </summary>
public sealed unsafe class PacketSocket : FileDescriptor
{
    private const int Packet = 17;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const ushort AllProtocols = 3;
    private const int AddressSize = 20;
    private const int SocketLevel = 1;
    private const int AttachBpf = 50;
    private const int DetachFilter = 27;
    private const int DontWait = 0x40;

    /// <summary>Opens a socket that sees nothing until <see cref="Bind"/>.</summary>
    /// <exception cref="KernelException">EPERM: CAP_NET_RAW is missing.</exception>
    public PacketSocket()
        : base(Libc.Socket(Packet, RawCloseOnExec, 0)) => Throw(Number, "open a packet socket");

    /// <summary>Lets it see what an interface receives and sends from now on.</summary>
    /// <param name="interfaceIndex">The interface.</param>
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
            Throw(Libc.Bind(borrowed.Number, pointer, AddressSize), $"bind a packet socket to interface {interfaceIndex}");
        }
    }

    /// <summary>Receives a packet, if one is there.</summary>
    /// <param name="buffer">Where to put it; what does not fit is cut off.</param>
    /// <returns>Its length in the buffer; -1 where there is none.</returns>
    public int Receive(Span<byte> buffer)
    {
        using var borrowed = Borrow();
        fixed (byte* pointer = buffer)
        {
            var length = (int)Libc.Receive(borrowed.Number, pointer, (nuint)buffer.Length, DontWait);
            if (length < 0 && Libc.LastErrno is not (Errno.EAGAIN or Errno.EINTR)) Throw(length, "receive a packet");
            return length;
        }
    }

    /// <summary>Filters what a socket of this process receives (SO_ATTACH_BPF, Linux 3.19), in place of its filter so far.</summary>
    /// <param name="socket">The socket's descriptor.</param>
    /// <param name="program">The program, of type <see cref="BpfProgramType.SocketFilter"/>.</param>
    internal static void AttachFilter(int socket, ProgramDescriptor program)
    {
        using var borrowed = program.Borrow();
        var number = borrowed.Number;
        Throw(
            Libc.SetSocketOption(socket, SocketLevel, AttachBpf, &number, sizeof(int)), $"attach a program to the socket {socket}");
    }

    /// <summary>Takes the filter off a socket.</summary>
    internal static void RemoveFilter(int socket)
    {
        var ignored = 0;
        _ = Libc.SetSocketOption(socket, SocketLevel, DetachFilter, &ignored, sizeof(int));
    }

    private static void Throw(int result, string operation)
    {
        if (result < 0)
        {
            throw Diagnosis.Explain(
                new Request { Operation = operation, Capabilities = [Capability.NetRaw] }, Libc.LastErrno);
        }
    }
}
