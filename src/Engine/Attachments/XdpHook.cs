using EbpfCat.Kernel;

namespace EbpfCat.Attachments;

/// <summary>The place on an interface where a program is put, or put in place of another.</summary>
internal sealed class XdpHook(Netlink netlink, NetworkLink target, ProgramDescriptor program, string operation)
{
    private static readonly Version FirstWithLinks = new(5, 9);

    // What speaks against the program on this interface whatever the mode.
    private static readonly HashSet<Errno> NoQuestionOfMode =
        [Errno.EBUSY, Errno.EEXIST, Errno.EPERM, Errno.EACCES, Errno.ENODEV, Errno.ENOMEM, Errno.EBADF];

    /// <summary>Puts the program on the interface, in place of what is present.</summary>
    public XdpHold Take(XdpMode mode, IReadOnlyList<XdpAttachmentInfo> present)
    {
        var sameMode = present.FirstOrDefault(one => mode == XdpMode.Best || one.Mode == mode);
        if (sameMode is not null) return Exchange(sameMode);
        // A card runs its program beside one in driver or stack; those two exclude one another.
        var inTheWay = mode == XdpMode.Offload ? null : present.FirstOrDefault(one => one.Mode != XdpMode.Offload);
        return inTheWay is null ? Attach(mode) : ChangeMode(inTheWay, mode);
    }

    private XdpHold Attach(XdpMode mode)
    {
        if (mode != XdpMode.Best) return AttachIn(mode);
        try
        {
            return AttachIn(XdpMode.Native);
        }
        catch (KernelException refusal) when (!NoQuestionOfMode.Contains(refusal.Errno))
        {
            return AttachIn(XdpMode.Generic) with { NativeRefusal = refusal.Message };
        }
    }

    private XdpHold AttachIn(XdpMode mode)
    {
        var flags = XdpAttachments.FlagsOf(mode);
        if (KernelFacts.RunningVersion < FirstWithLinks)
        {
            netlink.SetXdpProgram(target.Index, program, flags | XdpFlags.UpdateIfNoExist);
            return new XdpHold(mode, null);
        }

        try
        {
            return new XdpHold(mode, Bpf.CreateXdpLink(program, target.Index, flags));
        }
        catch (KernelException refusal) when (!NoQuestionOfMode.Contains(refusal.Errno))
        {
            throw Refused(mode, refusal);
        }
    }

    private KernelException Refused(XdpMode mode, KernelException refusal) => mode switch
    {
        XdpMode.Native => new KernelException(
            operation, refusal.Errno, "its driver does not run XDP programs, or not as the interface is set up now",
            "Use -Mode Generic or -Mode Best; some drivers ask for a smaller MTU, fewer queues or no LRO."),
        XdpMode.Offload => new KernelException(
            operation, refusal.Errno, "its card does not run XDP programs, or the program was not loaded for it",
            "Use -Mode Native, Generic or Best."),
        _ => new KernelException(operation, refusal.Errno, refusal.Cause, refusal.Remedy),
    };

    /// <summary>Puts the program in place of another in one step; the way that one is attached by stays.</summary>
    private XdpHold Exchange(XdpAttachmentInfo present)
    {
        using var old = Bpf.GetProgram(present.ProgramId);
        if (present.LinkId is not { } id)
        {
            var own = XdpAttachments.OwnerOf(present);
            ReplaceWithoutLink(present, old);
            Yield(present, own);
            return new XdpHold(present.Mode, null);
        }

        var link = Bpf.GetLink(id);
        try
        {
            var own = XdpAttachments.OwnerOf(present);
            Bpf.UpdateLink(link, program, old);
            Yield(present, own);
            return new XdpHold(present.Mode, link, IsShared: own is null or XdpAttachment { IsShared: true });
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private void ReplaceWithoutLink(XdpAttachmentInfo present, ProgramDescriptor old)
    {
        try
        {
            netlink.SetXdpProgram(target.Index, program, XdpAttachments.FlagsOf(present.Mode) | XdpFlags.Replace, old);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EBUSY)
        {
            throw XdpAttachments.Ambiguous(operation, refusal);
        }
    }

    /// <summary>Takes one program away and puts the other where it shall run; if that is refused, all is as it was.</summary>
    private XdpHold ChangeMode(XdpAttachmentInfo present, XdpMode mode)
    {
        using var old = Bpf.GetProgram(present.ProgramId);
        var own = XdpAttachments.OwnerOf(present) as XdpAttachment;
        XdpAttachments.Unhook(present, netlink);
        try
        {
            var hold = AttachIn(mode);
            Yield(present, own);
            return hold;
        }
        catch
        {
            Restore(present, old, own);
            throw;
        }
    }

    private void Restore(XdpAttachmentInfo present, ProgramDescriptor old, XdpAttachment? own)
    {
        var flags = XdpAttachments.FlagsOf(present.Mode);
        if (own?.Link is null)
        {
            netlink.SetXdpProgram(target.Index, old, flags | XdpFlags.UpdateIfNoExist);
            return;
        }

        own.Hold(Bpf.CreateXdpLink(old, target.Index, flags));
        if (own.PinPath is { } path) PinDirectory.ReplaceLink(path, own.Link);
    }

    private static void Yield(XdpAttachmentInfo present, Attachment? own)
    {
        var path = present.PinPath ?? own?.PinPath;
        own?.Abandon();
        if (path is not null) PinDirectory.Delete(path);
    }
}
