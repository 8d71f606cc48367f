namespace EbpfCat.Kernel;

/// <content>Programs of traffic control as filters of the <c>clsact</c> queueing discipline (Linux 4.5).</content>
internal sealed partial class Netlink
{
    private const int TrafficMessageSize = 20;
    private const string Clsact = "clsact";

    // ETH_P_ALL, in network order as the kernel keeps it.
    private static readonly uint AllProtocols = BinaryPrimitives.ReverseEndianness((ushort)3);

    /// <summary>Adds the queueing discipline clsact to an interface. It filters received and sent packets.</summary>
    /// <returns>True if it was added; false if the interface had it already.</returns>
    public bool AddClsact(int index)
    {
        try
        {
            _socket.Exchange(
                new NetlinkMessage(TrafficMessage.NewQueue,
                    Flag.Request | Flag.Acknowledge | Flag.Create | Flag.Exclusive)
                    .Fixed(new TrafficControlMessage { Index = index, Handle = Queue.Handle, Parent = Queue.Parent })
                    .Attribute(TrafficAttribute.Kind, Clsact),
                $"add the queueing discipline clsact to interface {index}");
            return true;
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EEXIST)
        {
            return false;
        }
    }

    /// <summary>Removes the queueing discipline clsact of an interface, with all its filters.</summary>
    public void RemoveClsact(int index) => _socket.Exchange(
        new NetlinkMessage(TrafficMessage.DeleteQueue, Flag.Request | Flag.Acknowledge)
            .Fixed(new TrafficControlMessage { Index = index, Handle = Queue.Handle, Parent = Queue.Parent }),
        $"remove the queueing discipline clsact of interface {index}");

    /// <summary>Attaches a program as a filter that decides by itself (direct action).</summary>
    /// <param name="egress">Whether it sees what is sent, rather than what is received.</param>
    /// <param name="program">The program, of type <see cref="BpfProgramType.SchedCls"/>.</param>
    /// <param name="priority">Smaller ones run first; 0 for one before the filters there are.</param>
    /// <returns>The filter, with the number and priority that it has.</returns>
    public TrafficFilter AddFilter(int index, bool egress, ProgramDescriptor program, string name, ushort priority = 0)
    {
        const int directAction = 1;
        using var borrowed = program.Borrow();
        var number = borrowed.Number;
        TrafficFilter? made = null;
        _socket.Exchange(
            new NetlinkMessage(
                TrafficMessage.NewFilter, Flag.Request | Flag.Acknowledge | Flag.Echo | Flag.Create | Flag.Exclusive)
                .Fixed(Filter(index, egress, priority))
                .Attribute(TrafficAttribute.Kind, "bpf")
                .Nest(TrafficAttribute.Options, options => options.Attribute(BpfAttribute.Descriptor, number)
                    .Attribute(BpfAttribute.Name, name)
                    .Attribute(BpfAttribute.Flags, directAction)),
            $"attach a program to what interface {index} {(egress ? "sends" : "receives")}",
            answer => made = ReadFilter(answer.Span) ?? made);
        return made ?? throw new KernelException($"find the filter just made on interface {index}", Errno.ENOENT);
    }

    /// <summary>The programs attached as filters.</summary>
    /// <param name="egress">Whether of what is sent, rather than of what is received.</param>
    public IReadOnlyList<TrafficFilter> GetFilters(int index, bool egress)
    {
        var found = new List<TrafficFilter>();
        _socket.Exchange(
            new NetlinkMessage(TrafficMessage.GetFilter, Flag.Request | Flag.Dump).Fixed(Filter(index, egress)),
            $"list the filters of interface {index}",
            answer =>
            {
                if (ReadFilter(answer.Span) is { } filter) found.Add(filter);
            });
        return found;
    }

    /// <summary>Detaches a program that was attached as a filter.</summary>
    /// <param name="egress">Whether from what is sent, rather than from what is received.</param>
    public void RemoveFilter(int index, bool egress, TrafficFilter filter)
    {
        var message = Filter(index, egress, filter.Priority) with { Handle = filter.Handle };
        _socket.Exchange(
            new NetlinkMessage(TrafficMessage.DeleteFilter, Flag.Request | Flag.Acknowledge).Fixed(message)
                .Attribute(TrafficAttribute.Kind, "bpf"),
            $"detach a program from what interface {index} {(egress ? "sends" : "receives")}");
    }

    private static TrafficControlMessage Filter(int index, bool egress, ushort priority = 0) => new()
    {
        Index = index,
        Parent = egress ? Queue.Egress : Queue.Ingress,
        Information = ((uint)priority << 16) | AllProtocols,
    };

    private static TrafficFilter? ReadFilter(ReadOnlySpan<byte> answer)
    {
        var header = MemoryMarshal.Read<TrafficControlMessage>(answer);
        // A chain of filters is told of too, as one without a number.
        if (header.Handle == 0) return null;
        var filter = new TrafficFilter(header.Handle, (ushort)(header.Information >> 16), 0, "");
        var attributes = new NetlinkAttributes(answer[TrafficMessageSize..]);
        while (attributes.Next())
        {
            if (attributes.Type != TrafficAttribute.Options) continue;
            var options = new NetlinkAttributes(attributes.Value);
            while (options.Next())
            {
                if (options.Type == BpfAttribute.ProgramId) filter = filter with { ProgramId = options.UInt32 };
                else if (options.Type == BpfAttribute.Name) filter = filter with { Name = options.String };
            }
        }

        return filter;
    }

    // Numbers of linux/rtnetlink.h, linux/pkt_sched.h and linux/pkt_cls.h.
    private static class TrafficMessage
    {
        public const ushort NewQueue = 36;
        public const ushort DeleteQueue = 37;
        public const ushort NewFilter = 44;
        public const ushort DeleteFilter = 45;
        public const ushort GetFilter = 46;
    }

    private static class Queue
    {
        public const uint Handle = 0xffff_0000;
        public const uint Parent = 0xffff_fff1;
        public const uint Ingress = 0xffff_fff2;
        public const uint Egress = 0xffff_fff3;
    }

    private static class TrafficAttribute
    {
        public const ushort Kind = 1;
        public const ushort Options = 2;
    }

    private static class BpfAttribute
    {
        public const ushort Descriptor = 6;
        public const ushort Name = 7;
        public const ushort Flags = 8;
        public const ushort ProgramId = 11;
    }

    // struct tcmsg of linux/rtnetlink.h
    [StructLayout(LayoutKind.Sequential)]
    private record struct TrafficControlMessage
    {
        public byte Family;
        public byte Padding;
        public ushort Padding2;
        public int Index;
        public uint Handle;
        public uint Parent;
        public uint Information;
    }
}
