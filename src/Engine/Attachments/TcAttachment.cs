namespace EbpfCat.Attachments;

/// <summary>
/// A traffic control program attached to the packets that an interface receives or sends: by a link since Linux 6.6
/// (tcx), and as a filter of the queueing discipline <c>clsact</c> before. Other programs stay attached beside it.
/// </summary>
public sealed class TcAttachment : LinkAttachment
{
    private TcAttachment(LoadedProgram program, TcAttachOptions options, NetworkLink link, AttachmentHandle handle)
        : base(program, options, $"{link.Name} {options.Direction}", handle)
    {
        InterfaceName = link.Name;
        InterfaceIndex = link.Index;
        Direction = options.Direction;
    }

    /// <summary>The interface.</summary>
    public string InterfaceName { get; }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Whether the program sees received or sent packets.</summary>
    public TcDirection Direction { get; }

    /// <summary>The priority of the filter; null where the program is attached by a link.</summary>
    public int? Priority { get; private init; }

    /// <summary>Attaches a program to an interface of the calling thread's network namespace.</summary>
    /// <remarks>
    /// Programs attached by links run before filters, in the order they were attached unless the options name a
    /// neighbor; a program that returns <see cref="TcVerdict.Unspec"/> or no verdict hands the packet to the next. A
    /// new filter runs before older ones unless the options give a priority. An attachment without a link stays when
    /// the process is killed (<see cref="Attachment.OutlivesProcess"/>).
    /// </remarks>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. ENOENT: the neighbor is not attached there. EINVAL: the options name more
    /// than one of neighbors and priority. EEXIST: the pin's name is taken. EPERM: no privilege. EOPNOTSUPP: the kernel
    /// has no tcx for a neighbor, or no traffic control (CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF).
    /// </exception>
    public static TcAttachment Attach(LoadedProgram program, TcAttachOptions options)
    {
        options = AttachOptions.Resolve(options, program);
        var operation = options.Operation(program);
        if (new object?[] { options.Before, options.After, options.Priority }.Count(one => one is not null) > 1)
        {
            throw new KernelException(
                operation, Errno.EINVAL, "only one of Before, After and Priority can place a program");
        }

        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, options.InterfaceName!, operation);
        var priority = 0;
        var handle = AttachmentHandle.Build(handle =>
        {
            if (options.Priority is null && TryLink(handle, netlink, program, link.Index, options, operation)) return;
            if (options.Before is not null || options.After is not null) throw NeedsTcx(operation);
            priority = AddFilter(handle, netlink, program, link.Index, options);
        });
        return Complete(
            new TcAttachment(program, options, link, handle) { Priority = priority == 0 ? null : priority }, options);
    }

    /// <summary>Opens the attachment of a pinned program: the filter of that program, if there still is one.</summary>
    internal static AttachmentHandle OpenFilter(
        LoadedProgram program, int index, TcDirection direction) => AttachmentHandle.Build(handle =>
    {
        using var netlink = new Netlink();
        var isEgress = direction == TcDirection.Egress;
        var filter = netlink.GetFilters(index, isEgress).FirstOrDefault(one => one.ProgramId == program.Id);
        if (filter is null) handle.Probe = () => false;
        else RemoveOnDetach(handle, program.Id, index, isEgress, filter, removesClsact: false);
    });

    private static bool TryLink(
        AttachmentHandle handle, Netlink netlink, LoadedProgram program, int index, TcAttachOptions options,
        string operation)
    {
        var isEgress = options.Direction == TcDirection.Egress;
        var attachType = isEgress ? BpfAttachType.TcxEgress : BpfAttachType.TcxIngress;
        if (AttachmentHandle.AvoidsLinks || KernelFacts.RunningVersion < KernelFacts.Since(attachType)) return false;
        try
        {
            var (flags, neighbor) = (TcxFlags.None, 0u);
            if ((options.Before ?? options.After) is { } other)
            {
                (neighbor, var isLink) = other.Resolve(netlink, index, attachType, operation);
                flags = TcxFlags.Id | (options.Before is null ? TcxFlags.After : TcxFlags.Before)
                    | (isLink ? TcxFlags.Link : TcxFlags.None);
            }

            handle.Add(Bpf.CreateTcxLink(program.Descriptor, index, attachType, flags, neighbor));
            return true;
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOTSUPP)
        {
            // The kernel was built without CONFIG_NET_XGRESS.
            return false;
        }
    }

    private static KernelException NeedsTcx(string operation) => new(
        operation, Errno.EOPNOTSUPP, "to place a program before or after another needs links for tc (tcx, Linux 6.6)",
        "Give a priority: filters with smaller ones run first.",
        requiredVersion: KernelFacts.Since(BpfAttachType.TcxIngress))
    {
        Id = "NeedsTcx",
    };

    private static int AddFilter(
        AttachmentHandle handle, Netlink netlink, LoadedProgram program, int index, TcAttachOptions options)
    {
        var isEgress = options.Direction == TcDirection.Egress;
        var isNewClsact = netlink.AddClsact(index);
        try
        {
            var filter = netlink.AddFilter(index, isEgress, program.Descriptor, program.Name, options.Priority ?? 0);
            RemoveOnDetach(handle, program.Id, index, isEgress, filter, isNewClsact);
            return filter.Priority;
        }
        catch when (isNewClsact)
        {
            netlink.RemoveClsact(index);
            throw;
        }
    }

    private static void RemoveOnDetach(
        AttachmentHandle handle, uint programId, int index, bool isEgress, TrafficFilter filter, bool removesClsact)
    {
        // Detaching finds the interface by its index, which is valid in this network namespace only.
        var networkNamespace = handle.Keep(NetworkNamespace.OpenCurrent());
        (handle.OutlivesProcess, handle.CanBeFound) = (true, true);
        handle.Probe = () => networkNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            return Has(netlink, programId, index, isEgress, filter);
        });
        handle.Undo(() => networkNamespace.Run(() => Remove(programId, index, isEgress, filter, removesClsact)));
    }

    private static void Remove(uint programId, int index, bool isEgress, TrafficFilter filter, bool removesClsact)
    {
        using var netlink = new Netlink();
        if (netlink.FindLink(index) is null) return;
        if (Has(netlink, programId, index, isEgress, filter)) netlink.RemoveFilter(index, isEgress, filter);
        var isUnused = netlink.GetFilters(index, egress: true).Count
            + netlink.GetFilters(index, egress: false).Count == 0;
        if (removesClsact && isUnused) netlink.RemoveClsact(index);
    }

    // The filter may be gone by now, and a filter of another program may have its handle.
    private static bool Has(Netlink netlink, uint programId, int index, bool isEgress, TrafficFilter filter) =>
        netlink.FindLink(index) is not null && netlink.GetFilters(index, isEgress).Any(
            one => one.ProgramId == programId && one.Handle == filter.Handle && one.Priority == filter.Priority);
}

/// <summary>Attaches a program of type Tc, whose return value is the verdict (direct action).</summary>
/// <param name="InterfaceName">The interface; null for the target of the program's definition.</param>
/// <param name="Direction">Whether the program sees received or sent packets.</param>
public sealed record TcAttachOptions(string? InterfaceName = null, TcDirection Direction = TcDirection.Ingress)
    : AttachOptions
{
    /// <summary>The program before which this one runs (tcx, Linux 6.6); null for none.</summary>
    public TcNeighbor? Before { get; init; }

    /// <summary>The program after which this one runs (tcx, Linux 6.6); null for none.</summary>
    public TcNeighbor? After { get; init; }

    /// <summary>
    /// The priority of a filter of the queueing discipline clsact: smaller ones run first. Null for a link or, where
    /// the kernel has none, for a filter before those there are.
    /// </summary>
    public ushort? Priority { get; init; }

    public override string Description => $"interface '{InterfaceName}', {Direction.ToString().ToLowerInvariant()}";

    internal override HookInfo Row => HookTable.Tc;

    internal override string? Target => InterfaceName;

    public override TcAttachment Attach(LoadedProgram program) => TcAttachment.Attach(program, this);

    internal override TcAttachOptions For(ProgramDefinition? definition) =>
        this with { InterfaceName = InterfaceName ?? definition?.Target };
}

/// <summary>The direction of packets at an interface.</summary>
public enum TcDirection
{
    /// <summary>Received packets.</summary>
    Ingress,
    /// <summary>Sent packets.</summary>
    Egress,
}
