namespace EbpfCat.Language;

/// <summary>
/// The point at which a program is attached, for program types with several. The values are the kernel's
/// <c>enum bpf_attach_type</c> (linux/bpf.h).
/// </summary>
public enum ProgramHook
{
    /// <summary>Packets that the sockets of a control group receive (Linux 4.10).</summary>
    Ingress = 0,
    /// <summary>Packets that the sockets of a control group send (Linux 4.10).</summary>
    Egress = 1,
    /// <summary>Creation of a socket in a control group (Linux 4.10).</summary>
    SocketCreate = 2,
    /// <summary>TCP events of a control group's sockets (Linux 4.13).</summary>
    SocketOperations = 3,
    /// <summary>Access of a control group to a device (Linux 4.15).</summary>
    Device = 6,
    /// <summary>bind of an IPv4 socket (Linux 4.17).</summary>
    Bind4 = 8,
    /// <summary>bind of an IPv6 socket (Linux 4.17).</summary>
    Bind6 = 9,
    /// <summary>connect of an IPv4 socket (Linux 4.17).</summary>
    Connect4 = 10,
    /// <summary>connect of an IPv6 socket (Linux 4.17).</summary>
    Connect6 = 11,
    /// <summary>After bind of an IPv4 socket (Linux 4.17).</summary>
    PostBind4 = 12,
    /// <summary>After bind of an IPv6 socket (Linux 4.17).</summary>
    PostBind6 = 13,
    /// <summary>sendmsg of an unconnected UDP socket, IPv4 (Linux 4.18).</summary>
    SendMessage4 = 14,
    /// <summary>sendmsg of an unconnected UDP socket, IPv6 (Linux 4.18).</summary>
    SendMessage6 = 15,
    /// <summary>Access to a sysctl (Linux 5.2).</summary>
    Sysctl = 18,
    /// <summary>recvmsg of an unconnected UDP socket, IPv4 (Linux 5.2).</summary>
    ReceiveMessage4 = 19,
    /// <summary>recvmsg of an unconnected UDP socket, IPv6 (Linux 5.2).</summary>
    ReceiveMessage6 = 20,
    /// <summary>getsockopt (Linux 5.3).</summary>
    GetSocketOption = 21,
    /// <summary>setsockopt (Linux 5.3).</summary>
    SetSocketOption = 22,
    /// <summary>A raw tracepoint with arguments typed by BTF (Linux 5.5).</summary>
    RawTracepoint = 23,
    /// <summary>Entry of a kernel function (Linux 5.5).</summary>
    Fentry = 24,
    /// <summary>Return of a kernel function, with arguments and return value (Linux 5.5).</summary>
    Fexit = 25,
    /// <summary>Entry of a kernel function whose return value the program may replace (Linux 5.7).</summary>
    ModifyReturn = 26,
    /// <summary>A hook of the Linux security modules (Linux 5.7).</summary>
    Lsm = 27,
    /// <summary>An iterator over objects of the kernel (Linux 5.8).</summary>
    Iterator = 28,
    /// <summary>Release of a socket of a control group (Linux 5.9).</summary>
    SocketRelease = 34,
    /// <summary>Many kernel functions by one link (Linux 5.18).</summary>
    KprobeMulti = 42,
}
