namespace EbpfCat.Attachments;

/// <summary>An XDP program attached to an interface.</summary>
public sealed class XdpAttachment : Attachment
{
    private readonly NetworkNamespace? _namespace;
    private uint? _linkId;

    internal XdpAttachment(
        LoadedProgram program, bool ownsProgram, string interfaceName, int interfaceIndex, XdpHandle handle)
        : base(program, ownsProgram)
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
        Register();
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
        if (path is not null) PreparePin(path, present);

        var handle = new XdpHook(netlink, link, program, operation).Attach(options.Mode, present);
        var attachment = new XdpAttachment(program, options.OwnsProgram, link.Name, link.Index, handle);
        try
        {
            if (path is not null) attachment.PinTo(path);
            return attachment;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a link, in place of the present one.</summary>
    internal void SetLink(LinkDescriptor link)
    {
        Link?.Dispose();
        Link = link;
        _linkId = Bpf.GetLinkInfo(link).Id;
    }

    private protected override void PinCore(string path)
    {
        PinDirectory.Prepare(path);
        PinTo(path);
    }

    private protected override void DetachCore(bool forEveryone)
    {
        if (Link is null) DetachWithoutLink();
        // Closing the link detaches the program, unless another process holds the link too and keeps it.
        else if (forEveryone || IsShared) Bpf.DetachLink(Link);
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

    // The pin of a program that is replaced, or has been detached, may be replaced too.
    private static void PreparePin(string path, XdpAttachmentInfo[] present)
    {
        if (PinDirectory.ReadLink(path) is { } pinned)
        {
            if (present.Any(one => one.LinkId == pinned.Id)) return;
            if (pinned.InterfaceIndex is 0) PinDirectory.Delete(path);
        }
        else if (present.Any(one => one.PinPath == path))
        {
            return;
        }

        PinDirectory.Prepare(path);
    }

    private void PinTo(string path)
    {
        PinDirectory.Delete(path);
        PinDirectory.Create(path, Link is null ? [] : [Link], Program);
        PinPath = path;
    }

    private void DetachWithoutLink()
    {
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
            // The interface is gone, or has another program by now.
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
    XdpMode Mode, LinkDescriptor? Link, bool IsShared = false, string ModeReason = "", string? NativeRefusal = null);
