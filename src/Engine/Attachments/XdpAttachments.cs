namespace EbpfCat.Attachments;

/// <summary>The XDP programs of any process in the network namespace of the calling thread.</summary>
public static class XdpAttachments
{
    /// <summary>Lists the XDP programs.</summary>
    /// <param name="interfaceName">The interface; null for all.</param>
    /// <exception cref="KernelException">ENODEV: there is no such interface.</exception>
    public static IReadOnlyList<XdpAttachmentInfo> Get(string? interfaceName = null)
    {
        using var netlink = new Netlink();
        var links = interfaceName is null
            ? netlink.GetLinks().AsEnumerable()
            : Enumerable.Repeat(Interfaces.Find(netlink, interfaceName,
                $"look for XDP programs on the interface '{interfaceName}'"), 1);
        return links.SelectMany(Of).ToArray();
    }

    /// <summary>Detaches the programs of an interface, whoever attached them, and removes their pins.</summary>
    /// <returns>The programs that were detached.</returns>
    /// <exception cref="KernelException">
    /// ENODEV: there is no such interface. EBUSY: it cannot be told which link of several is this interface's.
    /// </exception>
    public static IReadOnlyList<XdpAttachmentInfo> Remove(string interfaceName)
    {
        var attached = Get(interfaceName);
        foreach (var one in attached) Remove(one);
        return attached;
    }

    /// <summary>Detaches a program that <see cref="Get"/> found, whoever attached it, and removes its pin.</summary>
    /// <param name="attached">The program. If another program is there by now, that stays.</param>
    public static void Remove(XdpAttachmentInfo attached)
    {
        ArgumentNullException.ThrowIfNull(attached);
        if (OwnerOf(attached) is { } own)
        {
            own.Detach();
            return;
        }

        using var netlink = new Netlink();
        Detach(attached, netlink);
        if (attached.PinPath is not null)
            PinTransaction.Remove(attached.PinPath, pin => pin.ProgramId == attached.ProgramId);
    }

    internal static IEnumerable<XdpAttachmentInfo> Of(NetworkLink link)
    {
        if (link.XdpMode == XdpAttached.None) yield break;
        var byMode = new[]
        {
            (XdpMode.Native, link.XdpNativeProgramId), (XdpMode.Generic, link.XdpGenericProgramId),
            (XdpMode.Offload, link.XdpOffloadProgramId),
        };
        foreach (var (mode, programId) in byMode.Where(pair => pair.Item2 != 0))
        {
            uint? linkId = CandidateLinks(link.Index, programId) is [var only] ? only : null;
            var (name, tag) = Describe(programId);
            var pin = linkId is { } id ? PinDirectory.FindLink(id) : PinDirectory.FindProgram(programId);
            yield return new XdpAttachmentInfo(link.Name, link.Index, mode, programId, name, tag, linkId, pin);
        }
    }

    /// <summary>The attachment of this process that the program belongs to, or null.</summary>
    internal static Attachment? OwnerOf(XdpAttachmentInfo attached) => Attachment.All.FirstOrDefault(own =>
        own is XdpAttachment && own.ProgramId == attached.ProgramId && own.LinkId == attached.LinkId
        && (own.LinkId is not null || own.Target == attached.InterfaceName));

    internal static void Detach(XdpAttachmentInfo attached, Netlink netlink)
    {
        if (attached.LinkId is { } id)
        {
            using var link = Bpf.GetLink(id);
            Bpf.DetachLink(link);
            return;
        }

        using var program = Bpf.GetProgram(attached.ProgramId);
        try
        {
            netlink.SetXdpProgram(attached.InterfaceIndex, null, FlagsOf(attached.Mode) | XdpFlags.Replace, program);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EBUSY)
        {
            throw Ambiguous(
                $"detach the XDP program '{attached.ProgramName}' of the interface '{attached.InterfaceName}'",
                refusal);
        }
    }

    internal static KernelException Ambiguous(string operation, KernelException refusal) => new(
        operation, refusal.Errno,
        "several links hold its program on interfaces of the same index in different network namespaces, and the "
            + "kernel does not tell which is this one's",
        "Detach it in the process that attached it, or remove its pin.");

    internal static XdpFlags FlagsOf(XdpMode mode) => mode switch
    {
        XdpMode.Native => XdpFlags.Native,
        XdpMode.Generic => XdpFlags.Generic,
        XdpMode.Offload => XdpFlags.Offload,
        _ => XdpFlags.None,
    };

    // The kernel reports the index of a link's interface but not its network namespace.
    private static List<uint> CandidateLinks(int index, uint programId)
    {
        try
        {
            return [.. Inventory.Links().Where(IsIt).Select(link => link.Id)];
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EPERM or Errno.EINVAL)
        {
            // Listing links is for CAP_SYS_ADMIN, and came with Linux 5.8.
            return [];
        }

        bool IsIt(LinkInfo link) =>
            link.Type == BpfLinkType.Xdp && link.InterfaceIndex == index && link.ProgramId == programId;
    }

    private static (string Name, string Tag) Describe(uint programId)
    {
        try
        {
            using var program = Bpf.GetProgram(programId);
            var info = Bpf.GetProgramInfo(program, ProgramInfoParts.Lines);
            return (Inventory.WholeName(info), info.Tag);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENOENT or Errno.EPERM)
        {
            // The program has been detached, or this process may inspect interfaces but not programs.
            return ("", "");
        }
    }
}
