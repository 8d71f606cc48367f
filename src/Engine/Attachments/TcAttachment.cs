using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A traffic control program attached to the packets that an interface receives or sends: by a link since Linux 6.6
/// (tcx), and as a filter of the queueing discipline <c>clsact</c> before. Other programs stay attached beside it.
/// </summary>
public sealed class TcAttachment : LinkAttachment
{
    private TcAttachment(
        LoadedProgram program, TcAttachOptions options, NetworkLink link, AttachmentHandle handle)
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

    /// <summary>Attaches a program to an interface of the calling thread's network namespace.</summary>
    /// <remarks>
    /// Programs attached by links run before filters, in the order they were attached; a program that returns
    /// <c>Unspec</c> hands the packet to the next. A new filter runs before older ones. An attachment without a link
    /// stays when the process is killed (<see cref="Attachment.OutlivesProcess"/>).
    /// </remarks>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. EEXIST: the pin's name is taken. EPERM: no privilege. EOPNOTSUPP, ENOENT:
    /// the kernel has no traffic control (CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF).
    /// </exception>
    public static TcAttachment Attach(LoadedProgram program, TcAttachOptions options)
    {
        options = AttachOptions.Resolve(options, program);
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, options.InterfaceName!, options.Operation(program));
        var handle = AttachmentHandle.Build(handle =>
        {
            if (!TryLink(handle, program, link.Index, options.Direction))
                AddFilter(handle, netlink, program, link.Index, options.Direction);
        });
        return Complete(new TcAttachment(program, options, link, handle), options);
    }

    /// <summary>Opens the attachment of a pinned program: the filter of that program, if there still is one.</summary>
    internal static AttachmentHandle OpenFilter(
        LoadedProgram program, int index, TcDirection direction) => AttachmentHandle.Build(handle =>
    {
        using var netlink = new Netlink();
        var isEgress = direction == TcDirection.Egress;
        var filter = netlink.GetFilters(index, isEgress).FirstOrDefault(one => one.ProgramId == program.Id);
        if (filter is not null) RemoveOnDetach(handle, program.Id, index, isEgress, filter, removesClsact: false);
    });

    private static bool TryLink(AttachmentHandle handle, LoadedProgram program, int index, TcDirection direction)
    {
        var attachType = direction == TcDirection.Egress ? BpfAttachType.TcxEgress : BpfAttachType.TcxIngress;
        if (AttachmentHandle.AvoidsLinks || KernelFacts.RunningVersion < KernelFacts.Since(attachType)) return false;
        try
        {
            handle.Add(Bpf.CreateTcxLink(program.Descriptor, index, attachType));
            return true;
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOTSUPP)
        {
            // The kernel was built without CONFIG_NET_XGRESS.
            return false;
        }
    }

    private static void AddFilter(AttachmentHandle handle, Netlink netlink, LoadedProgram program, int index,
        TcDirection direction)
    {
        var isEgress = direction == TcDirection.Egress;
        var isNewClsact = netlink.AddClsact(index);
        try
        {
            var filter = netlink.AddFilter(index, isEgress, program.Descriptor, program.Name);
            RemoveOnDetach(handle, program.Id, index, isEgress, filter, isNewClsact);
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
        handle.Undo(() => networkNamespace.Run(() => Remove(programId, index, isEgress, filter, removesClsact)));
    }

    private static void Remove(uint programId, int index, bool isEgress, TrafficFilter filter, bool removesClsact)
    {
        using var netlink = new Netlink();
        if (netlink.FindLink(index) is null) return;
        // The filter may be gone by now, and a filter of another program may have its handle.
        var filters = netlink.GetFilters(index, isEgress);
        if (filters.Any(one => one.ProgramId == programId && one.Handle == filter.Handle
            && one.Priority == filter.Priority))
        {
            netlink.RemoveFilter(index, isEgress, filter);
        }

        var isUnused = netlink.GetFilters(index, egress: true).Count
            + netlink.GetFilters(index, egress: false).Count == 0;
        if (removesClsact && isUnused) netlink.RemoveClsact(index);
    }
}

/// <summary>Attaches a program of type Tc, whose return value is the verdict (direct action).</summary>
/// <param name="InterfaceName">The interface; null for the target of the program's definition.</param>
/// <param name="Direction">Whether the program sees received or sent packets.</param>
public sealed record TcAttachOptions(string? InterfaceName = null, TcDirection Direction = TcDirection.Ingress)
    : AttachOptions
{
    /// <inheritdoc/>
    public override string Description => $"interface '{InterfaceName}', {Direction.ToString().ToLowerInvariant()}";

    internal override HookInfo Row => HookTable.Tc;

    internal override string? Target => InterfaceName;

    /// <inheritdoc/>
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
