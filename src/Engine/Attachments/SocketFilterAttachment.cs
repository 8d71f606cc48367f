using System.Net.Sockets;

namespace EbpfCat.Attachments;

/// <summary>
/// A program that filters what a socket receives (Linux 3.19): a raw socket of its own, which sees what an interface
/// receives and sends, or a given socket.
/// </summary>
public sealed class SocketFilterAttachment : LinkAttachment
{
    private readonly Lazy<Socket?> _socket;

    private SocketFilterAttachment(
        LoadedProgram program, SocketFilterAttachOptions options, PacketSocket? socket, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) => _socket = new(() => socket is null
            ? null : new Socket(new SafeSocketHandle(socket.Number, ownsHandle: false)));

    /// <summary>
    /// The raw socket (packet(7)), which receives the packets that the program lets through and is closed with the
    /// attachment; null where a socket was given. It need not be read: the program runs even when the socket's buffer
    /// is full.
    /// </summary>
    public Socket? Socket => _socket.Value;

    /// <summary>
    /// Attaches a program to a raw socket on an interface of the calling thread's network namespace, or to a socket of
    /// this process in place of its present filter.
    /// </summary>
    /// <exception cref="KernelException">ENODEV: there is no such interface. EPERM: CAP_NET_RAW is missing.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static SocketFilterAttachment Attach(LoadedProgram program, SocketFilterAttachOptions options)
    {
        options = AttachOptions.Resolve(options, program);
        PacketSocket? socket = null;
        var handle = AttachmentHandle.Build(handle =>
        {
            if (options.Socket is { } given) Filter(handle, program, given);
            else socket = Open(handle, program, options);
        });
        return Complete(new SocketFilterAttachment(program, options, socket, handle), options);
    }

    private static PacketSocket Open(AttachmentHandle handle, LoadedProgram program, SocketFilterAttachOptions options)
    {
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, options.InterfaceName!, options.Operation(program));
        var socket = handle.Add(new PacketSocket());
        // The filter first, so that no packet arrives unfiltered.
        PacketSocket.AttachFilter(socket.Number, program.Descriptor);
        socket.Bind(link.Index);
        return socket;
    }

    private static void Filter(AttachmentHandle handle, LoadedProgram program, Socket socket)
    {
        var number = SocketFilterAttachOptions.NumberOf(socket);
        PacketSocket.AttachFilter(number, program.Descriptor);
        // Once it is closed, its number may be that of another descriptor.
        handle.Undo(() =>
        {
            if (!socket.SafeHandle.IsClosed) PacketSocket.RemoveFilter(number);
        });
    }
}

/// <summary>Attaches a program of type SocketFilter.</summary>
/// <param name="InterfaceName">
/// The interface, whose packets the program sees from the Ethernet header on; null for the target of the program's
/// definition.
/// </param>
public sealed record SocketFilterAttachOptions(string? InterfaceName = null) : AttachOptions
{
    /// <summary>Names a socket of this process.</summary>
    /// <param name="socket">
    /// The socket. It stays open when the filter is detached. Of stream and datagram sockets the program sees the
    /// packets from the transport header on.
    /// </param>
    public SocketFilterAttachOptions(Socket socket)
        : this((string?)null) => Socket = socket ?? throw new ArgumentNullException(nameof(socket));

    /// <summary>The socket; null for a raw socket on the interface.</summary>
    public Socket? Socket { get; }

    public override string Description => Socket is null ? $"a socket on interface '{InterfaceName}'" : Target!;

    internal override HookInfo Row => HookTable.SocketFilter;

    internal override string? Target => Socket is null ? InterfaceName : $"socket {NumberOf(Socket)}";

    public override SocketFilterAttachment Attach(LoadedProgram program) =>
        SocketFilterAttachment.Attach(program, this);

    internal override SocketFilterAttachOptions For(ProgramDefinition? definition) =>
        Socket is null ? this with { InterfaceName = InterfaceName ?? definition?.Target } : this;

    internal static int NumberOf(Socket socket)
    {
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        return (int)socket.SafeHandle.DangerousGetHandle();
    }
}
