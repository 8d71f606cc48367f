using System.Net.Sockets;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program that filters what a socket receives (Linux 3.19): a raw socket of its own, which sees what an interface receives
/// and sends; or a socket given.
/// </summary>
public sealed class SocketFilterAttachment : HookAttachment
{
    internal const string KindName = "SocketFilter";

    private readonly Lazy<Socket?> _socket;

    private SocketFilterAttachment(LoadedProgram program, bool ownsProgram, string target, PacketSocket? socket, Hold hold)
        : base(program, ownsProgram, target, hold) => _socket = new(() => socket is null
            ? null
            : new Socket(new SafeSocketHandle(socket.Number, ownsHandle: false)));

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>
    /// The raw socket (packet(7)), which receives what the program lets through and is closed with the attachment; null
    /// where a socket was given. It need not be read: the program runs even when the socket's buffer is full.
    /// </summary>
    public Socket? Socket => _socket.Value;

    /// <summary>Attaches a program to a raw socket on an interface of the calling thread's network namespace.</summary>
    /// <param name="program">The program, of type SocketFilter. It sees packets from the Ethernet header on.</param>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">ENODEV: there is no such interface. EPERM: CAP_NET_RAW is missing.</exception>
    public static SocketFilterAttachment Attach(LoadedProgram program, string interfaceName, bool ownsProgram = false)
    {
        var operation = Check(program, ProgramType.SocketFilter, $"a socket on the interface '{interfaceName}'");
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, interfaceName, operation);
        PacketSocket? socket = null;
        var hold = Hold.Build(hold =>
        {
            socket = hold.Add(new PacketSocket());
            // The filter first: nothing comes through that it has not seen.
            PacketSocket.AttachFilter(socket.Number, program.Descriptor);
            socket.Bind(link.Index);
        });
        return new SocketFilterAttachment(program, ownsProgram, link.Name, socket, hold);
    }

    /// <summary>Attaches a program to a socket of this process, in place of its filter so far.</summary>
    /// <param name="program">
    /// The program, of type SocketFilter. Of stream and datagram sockets it sees what follows the transport header's start.
    /// </param>
    /// <param name="socket">The socket. It stays its owner's to close, and the filter goes with it.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static SocketFilterAttachment Attach(LoadedProgram program, Socket socket, bool ownsProgram = false)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var handle = socket.SafeHandle;
        ObjectDisposedException.ThrowIf(handle.IsClosed, socket);
        var number = (int)handle.DangerousGetHandle();
        Check(program, ProgramType.SocketFilter, $"the socket {number}");
        var hold = Hold.Build(hold =>
        {
            PacketSocket.AttachFilter(number, program.Descriptor);
            // What is closed may be the number of another by now.
            hold.Undo(() =>
            {
                if (!handle.IsClosed) PacketSocket.RemoveFilter(number);
            });
        });
        return new SocketFilterAttachment(program, ownsProgram, $"socket {number}", null, hold);
    }
}
