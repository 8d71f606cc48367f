using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>An XDP program attached to an interface.</summary>
public sealed class XdpAttachment : Attachment
{
    internal const string KindName = "Xdp";

    private readonly NetworkNamespace? _namespace;
    private uint? _linkId;

    internal XdpAttachment(LoadedProgram program, bool ownsProgram, string interfaceName, int interfaceIndex, XdpHold hold)
        : base(program, ownsProgram)
    {
        InterfaceName = interfaceName;
        InterfaceIndex = interfaceIndex;
        Mode = hold.Mode;
        NativeRefusal = hold.NativeRefusal;
        if (hold.Link is not null) Hold(hold.Link);
        IsShared = hold.IsShared;
        // Without a link, detaching asks for the interface by its index: in the namespace where it has it.
        _namespace = hold.Link is null ? NetworkNamespace.OpenCurrent() : null;
        Register();
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override string Target => InterfaceName;

    /// <summary>The interface.</summary>
    public string InterfaceName { get; }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Where the program runs: never <see cref="XdpMode.Best"/>.</summary>
    public XdpMode Mode { get; }

    /// <summary>Why the driver would not run the program, where that was tried first; else null.</summary>
    public string? NativeRefusal { get; }

    /// <inheritdoc/>
    public override uint? LinkId => _linkId;

    /// <inheritdoc/>
    public override bool OutlivesProcess => base.OutlivesProcess || Link is null || IsShared;

    internal LinkDescriptor? Link { get; private set; }

    internal bool IsShared { get; }

    /// <summary>Attaches a program to an interface of the calling thread's network namespace.</summary>
    /// <param name="program">The program, of type XDP.</param>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="mode">Where it is to run.</param>
    /// <param name="pin">
    /// A name to pin the attachment by, so that it stays when this process ends; see <see cref="PinDirectory"/>.
    /// </param>
    /// <param name="force">Whether to replace the program that the interface has.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <remarks>
    /// The kernel exchanges the program in one step, so that no packet goes unseen; the way it is attached by stays. So
    /// with <paramref name="force"/>: a link of this process, or one it has pinned, is taken over. The link of another
    /// process keeps that owner too, and what was attached without a link (by <c>ip link</c>) stays without:
    /// <see cref="Attachment.OutlivesProcess"/> is then true, for disposing detaches the program but killing the process
    /// does not. Where another mode is asked for than the program there runs in, one must go before the other can come;
    /// if the other is refused, the first is attached again.
    /// </remarks>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. EBUSY: it has a program already. EEXIST: the pin's name is taken. EOPNOTSUPP
    /// and others: the driver refuses. Nothing is changed then.
    /// </exception>
    public static XdpAttachment Attach(
        LoadedProgram program,
        string interfaceName,
        XdpMode mode = XdpMode.Best,
        string? pin = null,
        bool force = false,
        bool ownsProgram = false)
    {
        ArgumentNullException.ThrowIfNull(program);
        var operation = $"attach the program '{program.Name}' to the interface '{interfaceName}'";
        if (program.Type != Language.ProgramType.Xdp)
        {
            throw new KernelException(operation, Errno.EINVAL, $"it is of type {program.Type}", "Declare it with -Type Xdp.");
        }

        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, interfaceName, operation);
        XdpAttachmentInfo[] present = [.. XdpAttachments.Of(link)];
        if (present.Length > 0 && !force) throw Occupied(operation, present[0]);
        var path = pin is null ? null : PinDirectory.PathOf(pin);
        if (path is not null) PreparePin(path, present);
        var hold = new XdpHook(netlink, link, program.Descriptor, operation).Take(mode, present);
        var attachment = new XdpAttachment(program, ownsProgram, link.Name, link.Index, hold);
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

    /// <summary>Attached by a link, or by another in its place.</summary>
    internal void Hold(LinkDescriptor link)
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
        // Closing the link detaches it unless somebody else holds it, which is theirs to decide about.
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
            $"Use -Force to replace it, or detach it first: Remove-XdpAttachment -InterfaceName {present.InterfaceName}.");
    }

    // A pin of what is to be replaced here, or of what was detached meanwhile, makes room.
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
            // The interface is gone, or has another's program by now.
        }
    }
}
