using static EbpfCat.Language.ProgramHook;

namespace EbpfCat.Tracing;

/// <summary>
/// The contexts of packet programs and programs of control groups, as a table: the fields of linux/bpf.h by the
/// kernel's names, and the hooks that can access them (net/core/filter.c, kernel/bpf/cgroup.c). Names in Pascal case
/// are aliases.
/// </summary>
internal static class ContextFields
{
    private static readonly ScalarType U32 = ScalarType.UInt32;
    private static readonly ScalarType S32 = ScalarType.Int32;
    private static readonly ScalarType NetworkPort = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian);

    // linux/socket.h, linux/net.h, linux/in.h
    private static readonly EnumType Families =
        Names("family", ("AF_UNSPEC", 0), ("AF_UNIX", 1), ("AF_INET", 2), ("AF_INET6", 10));

    private static readonly EnumType SocketTypes =
        Names("socket type", ("SOCK_STREAM", 1), ("SOCK_DGRAM", 2), ("SOCK_RAW", 3));

    private static readonly EnumType Protocols = Names("protocol",
        ("IPPROTO_IP", 0), ("IPPROTO_ICMP", 1), ("IPPROTO_TCP", 6), ("IPPROTO_UDP", 17), ("IPPROTO_ICMPV6", 58),
        ("IPPROTO_SCTP", 132), ("IPPROTO_MPTCP", 262));

    // BPF_DEVCG_* of linux/bpf.h; a request can combine several kinds of access, so these have no names.
    private static readonly EnumType Devices = Names("device type", ("Block", 1), ("Char", 2));

    private static readonly ProgramHook[] IPv4 = [Bind4, Connect4, SendMessage4, ReceiveMessage4];
    private static readonly ProgramHook[] IPv6 = [Bind6, Connect6, SendMessage6, ReceiveMessage6];
    private static readonly ProgramHook[] Made = [SocketCreate, SocketRelease];

    // struct bpf_sock_addr
    private static readonly ContextField[] SocketAddress =
    [
        new("Address", 4, 4, AddressType.IPv4) { Hooks = IPv4, IsWritable = true },
        new("Address", 8, 4, AddressType.IPv6) { Hooks = IPv6, IsWritable = true },
        new("Port", 24, 4, NetworkPort) { IsWritable = true },
        new("SourceAddress", 40, 4, AddressType.IPv4) { Hooks = [SendMessage4], IsWritable = true },
        new("SourceAddress", 44, 4, AddressType.IPv6) { Hooks = [SendMessage6], IsWritable = true },
        new("user_family", 0, 4, Families),
        new("user_ip4", 4, 4, AddressType.IPv4) { Hooks = IPv4, IsWritable = true },
        new("user_ip6", 8, 4, AddressType.IPv6) { Hooks = IPv6, IsWritable = true },
        new("user_port", 24, 4, NetworkPort) { IsWritable = true },
        new("family", 28, 4, Families),
        new("type", 32, 4, SocketTypes),
        new("protocol", 36, 4, Protocols),
        new("msg_src_ip4", 40, 4, AddressType.IPv4) { Hooks = [SendMessage4], IsWritable = true },
        new("msg_src_ip6", 44, 4, AddressType.IPv6) { Hooks = [SendMessage6], IsWritable = true },
    ];

    // struct bpf_sock
    private static readonly ContextField[] Socket =
    [
        new("Address", 24, 4, AddressType.IPv4) { Hooks = [PostBind4] },
        new("Address", 28, 4, AddressType.IPv6) { Hooks = [PostBind6] },
        new("Port", 44, 4, U32) { Hooks = [PostBind4, PostBind6] },
        new("bound_dev_if", 0, 4, U32) { Hooks = Made, IsWritable = true },
        new("family", 4, 4, Families),
        new("type", 8, 4, SocketTypes),
        new("protocol", 12, 4, Protocols),
        new("mark", 16, 4, U32) { Hooks = Made, IsWritable = true },
        new("priority", 20, 4, U32) { Hooks = Made, IsWritable = true },
        new("src_ip4", 24, 4, AddressType.IPv4) { Hooks = [PostBind4] },
        new("src_ip6", 28, 4, AddressType.IPv6) { Hooks = [PostBind6] },
        new("src_port", 44, 4, U32) { Hooks = [PostBind4, PostBind6] },
    ];

    // struct bpf_cgroup_dev_ctx; access_type is (access << 16) | type.
    private static readonly ContextField[] Device =
    [
        new("access_type", 0, 4, U32),
        new("type", 0, 4, Devices) { BitCount = 16 },
        new("access", 0, 4, U32) { BitOffset = 16, BitCount = 16 },
        new("major", 4, 4, U32),
        new("minor", 8, 4, U32),
    ];

    // struct bpf_sysctl
    private static readonly ContextField[] Sysctl =
    [
        new("write", 0, 4, U32),
        new("file_pos", 4, 4, U32) { IsWritable = true },
    ];

    // struct bpf_sockopt
    private static readonly ContextField[] SocketOption =
    [
        new("level", 24, 4, S32) { IsWritable = true, Hooks = [SetSocketOption] },
        new("level", 24, 4, S32) { Hooks = [GetSocketOption] },
        new("optname", 28, 4, S32) { IsWritable = true, Hooks = [SetSocketOption] },
        new("optname", 28, 4, S32) { Hooks = [GetSocketOption] },
        new("optlen", 32, 4, S32) { IsWritable = true },
        new("retval", 36, 4, S32) { IsWritable = true, Hooks = [GetSocketOption] },
    ];

    // struct xdp_md
    private static readonly ContextField[] XdpPacket =
    [
        new("InterfaceIndex", 12, 4, U32),
        new("Queue", 16, 4, U32),
        new("ingress_ifindex", 12, 4, U32),
        new("rx_queue_index", 16, 4, U32),
    ];

    private static readonly Dictionary<ProgramType, (string What, ContextField[] Fields)> All = new()
    {
        [ProgramType.Xdp] = ("the context of an XDP packet", XdpPacket),
        [ProgramType.Tc] = ("the context of a packet", SocketBuffer(isTc: true, ["mark", "queue", "priority"])),
        [ProgramType.SocketFilter] = ("the context of a packet", SocketBuffer(isTc: false, [])),
        [ProgramType.CgroupSkb] = ("the context of a packet", SocketBuffer(isTc: false, ["mark", "priority"])),
        [ProgramType.CgroupSocketAddress] = ("the address of a socket", SocketAddress),
        [ProgramType.CgroupSocket] = ("a socket", Socket),
        [ProgramType.SockOps] = ("what happens to a TCP connection", ConnectionFields()),
        [ProgramType.CgroupDevice] = ("the use of a device", Device),
        [ProgramType.CgroupSysctl] = ("the use of a setting", Sysctl),
        [ProgramType.CgroupSocketOption] = ("an option of a socket", SocketOption),
    };

    /// <summary>The context of a program type; null if it is not in the table.</summary>
    public static (string What, IReadOnlyList<ContextField> Fields)? Of(ProgramType type) =>
        All.TryGetValue(type, out var row) ? row : null;

    /// <summary>The program types whose context has a field.</summary>
    public static IReadOnlyList<ProgramType> TypesWith(string name) =>
    [
        .. All.Where(row => row.Value.Fields.Any(
            field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).Select(row => row.Key),
    ];

    // struct __sk_buff
    private static ContextField[] SocketBuffer(bool isTc, string[] writable)
    {
        var (mark, queue, priority) =
            (writable.Contains("mark"), writable.Contains("queue"), writable.Contains("priority"));
        return
        [
            new("InterfaceIndex", 40, 4, U32),
            new("Queue", 12, 4, U32) { IsWritable = queue },
            new("Mark", 8, 4, U32) { IsWritable = mark },
            new("Priority", 32, 4, U32) { IsWritable = priority },
            new("Hash", 68, 4, U32),
            new("len", 0, 4, U32),
            new("pkt_type", 4, 4, U32),
            new("queue_mapping", 12, 4, U32) { IsWritable = queue },
            new("protocol", 16, 4, NetworkPort),
            new("vlan_present", 20, 4, U32),
            new("vlan_tci", 24, 4, U32),
            new("vlan_proto", 28, 4, NetworkPort),
            new("ingress_ifindex", 36, 4, U32),
            new("ifindex", 40, 4, U32),
            new("tc_index", 44, 4, U32) { IsWritable = isTc },
            new("napi_id", 84, 4, U32),
            .. isTc
                ? new ContextField[]
                {
                    new("TimeStamp", 152, 8, ScalarType.UInt64) { IsWritable = true },
                    new("tstamp", 152, 8, ScalarType.UInt64) { IsWritable = true },
                    new("tc_classid", 72, 4, U32) { IsWritable = true },
                    new("wire_len", 160, 4, U32),
                }
                : [],
            // Linux 5.1, 5.7
            new("gso_segs", 164, 4, U32),
            new("gso_size", 176, 4, U32),
        ];
    }

    // struct bpf_sock_ops. The remote port is a 4-byte number in network byte order, the local port one in host byte
    // order.
    private static ContextField[] ConnectionFields()
    {
        string[] numbers =
        [
            "is_fullsock", "snd_cwnd", "srtt_us", "bpf_sock_ops_cb_flags", "state", "rtt_min", "snd_ssthresh",
            "rcv_nxt", "snd_nxt", "snd_una",
            "mss_cache", "ecn_flags", "rate_delivered", "rate_interval_us", "packets_out", "retrans_out",
            "total_retrans", "segs_in",
            "data_segs_in", "segs_out", "data_segs_out", "lost_out", "sacked_out",
        ];
        return
        [
            new("op", 0, 4, U32),
            new("reply", 4, 4, U32) { IsWritable = true },
            new("family", 20, 4, Families),
            new("remote_ip4", 24, 4, AddressType.IPv4),
            new("local_ip4", 28, 4, AddressType.IPv4),
            new("remote_ip6", 32, 4, AddressType.IPv6),
            new("local_ip6", 48, 4, AddressType.IPv6),
            new("remote_port", 64, 4, U32.WithByteOrder(ByteOrder.BigEndian)),
            new("local_port", 68, 4, U32),
            .. numbers.Select((name, index) => new ContextField(name, 72 + (4 * index), 4, U32)),
            new("bytes_received", 168, 8, ScalarType.UInt64),
            new("bytes_acked", 176, 8, ScalarType.UInt64),
        ];
    }

    private static EnumType Names(string name, params (string Name, long Value)[] members) =>
        new(U32, members.Select(member => KeyValuePair.Create(member.Name, member.Value)), name);
}
