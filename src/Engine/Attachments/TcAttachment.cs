using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A traffic control program attached to what an interface receives or sends: by a link since Linux 6.6 (tcx), before as a
/// filter of the queueing discipline <c>clsact</c>. Others stay attached beside it.
/// </summary>
public sealed class TcAttachment : HookAttachment
{
    internal const string KindName = "Tc";

    private TcAttachment(
        LoadedProgram program, bool ownsProgram, string interfaceName, int interfaceIndex, TcDirection direction, Hold hold)
        : base(program, ownsProgram, $"{interfaceName} {direction}", hold)
    {
        InterfaceName = interfaceName;
        InterfaceIndex = interfaceIndex;
        Direction = direction;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>The interface.</summary>
    public string InterfaceName { get; }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Which of its packets the program sees.</summary>
    public TcDirection Direction { get; }

    /// <summary>Attaches a program to an interface of the calling thread's network namespace.</summary>
    /// <param name="program">The program, of type Tc. It decides by itself (direct action).</param>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="direction">Which of its packets the program sees.</param>
    /// <param name="pin">A name to pin the attachment by; see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <remarks>
    /// Of several programs those attached by links run before filters: in the order they were attached, each that gives
    /// <c>Unspec</c> handing on to the next. A new filter runs before those there are. An attachment without a link stays when
    /// the process is killed (<see cref="Attachment.OutlivesProcess"/>).
    /// </remarks>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. EEXIST: the pin's name is taken. EPERM: no privilege. EOPNOTSUPP, ENOENT: the kernel
    /// has no traffic control (CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF).
    /// </exception>
    public static TcAttachment Attach(
        LoadedProgram program, string interfaceName, TcDirection direction, string? pin = null, bool ownsProgram = false)
    {
        var operation = Check(program, ProgramType.Tc, $"the interface '{interfaceName}'");
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, interfaceName, operation);
        var hold = Hold.Build(hold =>
        {
            if (!TryLink(hold, program, link.Index, direction)) AddFilter(hold, netlink, program, link.Index, direction);
        });
        return Complete(new TcAttachment(program, ownsProgram, link.Name, link.Index, direction, hold), pin);
    }

    /// <summary>Takes over what is attached as a filter and was pinned.</summary>
    internal static Hold TakeFilter(LoadedProgram program, int index, TcDirection direction) => Hold.Build(hold =>
    {
        using var netlink = new Netlink();
        var isEgress = direction == TcDirection.Egress;
        var filter = netlink.GetFilters(index, isEgress).FirstOrDefault(one => one.ProgramId == program.Id);
        if (filter is not null) RemoveWithHold(hold, program.Id, index, isEgress, filter, removesQueue: false);
    });

    private static bool TryLink(Hold hold, LoadedProgram program, int index, TcDirection direction)
    {
        var attachType = direction == TcDirection.Egress ? BpfAttachType.TcxEgress : BpfAttachType.TcxIngress;
        if (Hold.AvoidsLinks || KernelFacts.RunningVersion < KernelFacts.Since(attachType)) return false;
        try
        {
            hold.Add(Bpf.CreateTcxLink(program.Descriptor, index, attachType));
            return true;
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOTSUPP)
        {
            // Built without CONFIG_NET_XGRESS.
            return false;
        }
    }

    private static void AddFilter(Hold hold, Netlink netlink, LoadedProgram program, int index, TcDirection direction)
    {
        var isEgress = direction == TcDirection.Egress;
        var isNewQueue = netlink.AddClassifierAction(index);
        try
        {
            var filter = netlink.AddFilter(index, isEgress, program.Descriptor, program.Name);
            RemoveWithHold(hold, program.Id, index, isEgress, filter, isNewQueue);
        }
        catch when (isNewQueue)
        {
            netlink.RemoveClassifierAction(index);
            throw;
        }
    }

    private static void RemoveWithHold(
        Hold hold, uint programId, int index, bool isEgress, TrafficFilter filter, bool removesQueue)
    {
        // Detaching asks for the interface by its index: in the namespace where it has it.
        var place = hold.Keep(NetworkNamespace.OpenCurrent());
        (hold.OutlivesProcess, hold.CanBeFound) = (true, true);
        hold.Undo(() => place.Run(() => Remove(programId, index, isEgress, filter, removesQueue)));
    }

    private static void Remove(uint programId, int index, bool isEgress, TrafficFilter filter, bool removesQueue)
    {
        using var netlink = new Netlink();
        if (netlink.FindLink(index) is null) return;
        // By now it may be gone, and another's have its number.
        var present = netlink.GetFilters(index, isEgress);
        if (present.Any(one => one.ProgramId == programId && one.Handle == filter.Handle && one.Priority == filter.Priority))
            netlink.RemoveFilter(index, isEgress, filter);
        var isFree = netlink.GetFilters(index, egress: true).Count + netlink.GetFilters(index, egress: false).Count == 0;
        if (removesQueue && isFree) netlink.RemoveClassifierAction(index);
    }
}
