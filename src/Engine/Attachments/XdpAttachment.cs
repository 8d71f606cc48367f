namespace EbpfCat.Attachments;

/// <summary>An XDP program attached to an interface.</summary>
public sealed class XdpAttachment : Attachment
{
    private NetworkNamespace? _namespace;
    private uint? _linkId;

    internal XdpAttachment(
        LoadedProgram program, bool ownsProgram, string interfaceName, int interfaceIndex, XdpHandle handle,
        AttachmentPin? pin = null)
        : base(program, ownsProgram, pin)
    {
        InterfaceName = interfaceName;
        InterfaceIndex = interfaceIndex;
        Mode = handle.Mode;
        NativeRefusal = handle.NativeRefusal;
        ModeReason = handle.ModeReason;
        if (handle.Link is not null) SetLink(handle.Link);
        IsShared = handle.IsShared;
        // Without a link, detaching finds the interface by its index, which is valid in this network namespace only.
        _namespace = handle.Link is null ? NetworkNamespace.OpenCurrent() : null;
        if (pin is null) Register();
    }

    /// <inheritdoc/>
    public override string Kind => HookTable.Xdp.Kind;

    /// <inheritdoc/>
    public override string Target => InterfaceName;

    /// <summary>The interface.</summary>
    public string InterfaceName { get; }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Where the program runs: never <see cref="XdpMode.Best"/>.</summary>
    public XdpMode Mode { get; }

    /// <summary>Why the driver refused the program, if native mode was tried first; else null.</summary>
    public string? NativeRefusal { get; }

    /// <summary>The reason for the mode, a clause without a period; empty if another process attached it.</summary>
    public string ModeReason { get; }

    /// <inheritdoc/>
    public override uint? LinkId => _linkId;

    /// <inheritdoc/>
    public override bool OutlivesProcess => base.OutlivesProcess || Link is null || IsShared;

    internal LinkDescriptor? Link { get; private set; }
    internal bool IsShared { get; }

    /// <summary>Attaches a program to an interface of the calling thread's network namespace.</summary>
    /// <remarks>
    /// With <see cref="XdpAttachOptions.Force"/> the kernel exchanges the program in one step, so that no packet goes
    /// unseen, and the new program stays attached as the old one was. A link of this process, or one it has pinned, is
    /// taken over. The link of another process keeps that process as an owner too, and a program attached without a
    /// link (by <c>ip link</c>) is replaced by one without a link: <see cref="Attachment.OutlivesProcess"/> is then
    /// true, because disposing detaches the program but killing the process does not. To change the mode, the old
    /// program must be detached before the new one is attached; if the new one is refused, the old one is attached
    /// again.
    /// </remarks>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. EBUSY: it has a program already. EEXIST: the pin's name is taken. EOPNOTSUPP
    /// and others: the driver refuses. Nothing is changed then.
    /// </exception>
    public static XdpAttachment Attach(LoadedProgram program, XdpAttachOptions options)
    {
        options = AttachOptions.Resolve(options, program);
        var operation = options.Operation(program);
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, options.InterfaceName!, operation);
        XdpAttachmentInfo[] present = [.. XdpAttachments.Of(link)];
        if (present.Length > 0 && !options.Force) throw Occupied(operation, present[0]);
        var path = options.Pin is null ? null : PinDirectory.PathOf(options.Pin);
        Attachment?[] replaced = [.. present.Select(XdpAttachments.OwnerOf)];
        using var pin = path is null ? null : PinTransaction.Begin(
            path, taken => IsReplaced(taken, present) || (options.Force && !taken.IsAttached));
        pin?.Stage(program, $"{HookTable.Xdp.Kind} {link.Name}");
        var handle = new XdpHook(netlink, link, program, operation, pin).Attach(options.Mode, present);
        using var previous = handle.Previous;
        XdpAttachment? attachment = null;
        try
        {
            attachment = new XdpAttachment(program, options.OwnsProgram, link.Name, link.Index, handle);
            pin?.Commit();
            attachment.PinPath = path;
        }
        catch
        {
            handle.Restore?.Invoke();
            if (handle.Restore is null) attachment?.Dispose();
            else attachment?.Abandon();
            handle.Link?.Dispose();
            throw;
        }

        pin?.Dispose();
        for (var index = 0; index < present.Length; index++) Release(present[index], replaced[index], path);
        return attachment;
    }

    /// <summary>Takes over a link, in place of the present one.</summary>
    internal void SetLink(LinkDescriptor link)
    {
        Link?.Dispose();
        Link = link;
        _linkId = Bpf.GetLinkInfo(link).Id;
    }

    private protected override bool IsInKernel => Link is not null
        ? Bpf.GetLinkInfo(Link).Runs(ProgramId)
        : _namespace!.Run(() =>
        {
            using var netlink = new Netlink();
            return InterfaceIndex != 0 && netlink.FindLink(InterfaceIndex)?.XdpProgramIds.Contains(ProgramId) == true;
        });

    private protected override void PinCore(string path)
    {
        using var pin = PinTransaction.Begin(path);
        pin.Stage(Program, $"{Kind} {Target}");
        if (Link is not null) pin.Add(Link);
        pin.Commit();
        PinPath = path;
    }

    private protected override void DetachCore(bool forEveryone)
    {
        EnsureOpen();
        if (Link is null) DetachWithoutLink();
        // Closing the link detaches the program, unless another process holds the link too and keeps it. The link may
        // have the program of another process by now.
        else if ((forEveryone || IsShared) && IsInKernel) Bpf.DetachLink(Link);
    }

    private protected override void Reopen(AttachmentPin pin, LoadedProgram program)
    {
        if (pin.OpenLinks() is [var link, ..]) SetLink(link);
        else _namespace = NetworkNamespace.OpenCurrent();
    }

    private protected override void Close()
    {
        Link?.Dispose();
        _namespace?.Dispose();
    }

    private static KernelException Occupied(string operation, XdpAttachmentInfo present)
    {
        var way = present.LinkId is { } id ? $"by link {id}" : "without a link";
        var pinned = present.PinName is { } name ? $", pinned as '{name}'" : "";
        return new KernelException(
            operation, Errno.EBUSY,
            $"it has the XDP program '{present.ProgramName}' (id {present.ProgramId}) already, attached {way} in "
            + $"{present.Mode} mode{pinned}",
            "Replace that program, or detach it first.")
        {
            Id = "InterfaceOccupied",
            Arguments = [present.InterfaceName],
        };
    }

    private static bool IsReplaced(AttachmentPin pin, XdpAttachmentInfo[] present) => pin.Links is [var link]
        ? present.Any(one => one.LinkId == link.Id)
        : present.Any(one => one.PinPath == pin.Path);

    // The pin of another process goes on to keep the program that was replaced, and its maps.
    private static void Release(XdpAttachmentInfo replaced, Attachment? own, string? path)
    {
        own?.Abandon();
        var pinPath = replaced.PinPath ?? own?.PinPath;
        if (pinPath is null || pinPath == path) return;
        if (own is not null)
        {
            PinTransaction.Remove(pinPath, pin => pin.ProgramId == replaced.ProgramId);
            return;
        }

        using var pin = AttachmentPin.Find(pinPath);
        pin?.RemoveLinks();
    }

    private void DetachWithoutLink()
    {
        // It was opened by the pin of a program that is attached nowhere in this network namespace.
        if (InterfaceIndex == 0) return;
        try
        {
            _namespace!.Run(() =>
            {
                using var netlink = new Netlink();
                netlink.SetXdpProgram(
                    InterfaceIndex, null, XdpAttachments.FlagsOf(Mode) | XdpFlags.Replace, Program.Descriptor);
            });
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENODEV or Errno.EEXIST or Errno.EBUSY)
        {
            // The interface is gone, or has another program by now, or a link that this process did not know of.
            if (!IsInKernel) return;
            var attached = _namespace!.Run(() => XdpAttachments.Get(InterfaceName))
                .FirstOrDefault(one => one.ProgramId == Program.Id && one.LinkId is not null);
            if (attached is null) throw;
            using var link = Bpf.GetLink(attached.LinkId!.Value);
            Bpf.DetachLink(link);
        }
    }
}

/// <summary>Attaches a program of type Xdp to an interface.</summary>
/// <param name="InterfaceName">The interface; null for the target of the program's definition.</param>
public sealed record XdpAttachOptions(string? InterfaceName = null) : AttachOptions
{
    /// <summary>Where the program runs.</summary>
    public XdpMode Mode { get; init; }

    /// <summary>Whether to replace the program that the interface has.</summary>
    public bool Force { get; init; }

    /// <inheritdoc/>
    public override LoadOptions? LoadOptions => Mode == XdpMode.Offload && InterfaceName is not null
        ? new LoadOptions { InterfaceIndex = (uint)Interfaces.IndexOf(InterfaceName) } : null;

    internal override void Adapt(ProgramDefinition completed)
    {
        if (Mode is not (XdpMode.Best or XdpMode.Native) || InterfaceName is null) return;
        using var netlink = new Netlink();
        completed.MaximumPacketSize =
            Math.Max(completed.MaximumPacketSize, XdpHook.LargestPacket(netlink.FindLink(InterfaceName)));
    }

    internal override HookInfo Row => HookTable.Xdp;

    internal override string? Target => InterfaceName;

    /// <inheritdoc/>
    public override XdpAttachment Attach(LoadedProgram program) => XdpAttachment.Attach(program, this);

    internal override XdpAttachOptions For(ProgramDefinition? definition) =>
        this with { InterfaceName = InterfaceName ?? definition?.Target };
}

/// <summary>Where an XDP program runs.</summary>
public enum XdpMode
{
    /// <summary>In the driver; in the network stack where the driver cannot run it.</summary>
    Best,
    /// <summary>In the driver, before the kernel allocates a packet.</summary>
    Native,
    /// <summary>In the network stack, on any interface: slower.</summary>
    Generic,
    /// <summary>In the network card, where the card can. The program is loaded for that interface.</summary>
    Offload,
}

/// <summary>How a program is attached to an interface.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Link">The link; null for none.</param>
/// <param name="IsShared">Whether another process may hold the link too.</param>
/// <param name="ModeReason">The reason for the mode.</param>
/// <param name="NativeRefusal">Why the driver did not run it.</param>
internal sealed record XdpHandle(
    XdpMode Mode, LinkDescriptor? Link, bool IsShared = false, string ModeReason = "", string? NativeRefusal = null)
{
    /// <summary>The program that was replaced, to be disposed; null for none.</summary>
    public ProgramDescriptor? Previous { get; init; }

    /// <summary>Attaches the replaced program again; null where none was replaced.</summary>
    public Action? Restore { get; init; }
}
