namespace EbpfCat.Attachments;

/// <summary>The XDP hook of an interface: attaches a program, or exchanges the program there.</summary>
/// <param name="pin">The pin being made; null for none. It keeps the link before the program is exchanged.</param>
internal sealed class XdpHook(
    Netlink netlink, NetworkLink target, LoadedProgram loaded, string operation, PinTransaction? pin)
{
    // The length of an Ethernet header with two VLAN tags.
    private const int LinkHeader = 22;

    private readonly ProgramDescriptor _program = loaded.Descriptor;

    private static readonly Version FirstWithLinks = new(5, 9);

    private const string Replaced = "the program that it replaces ran there";

    // Errors that another mode would give too.
    private static readonly HashSet<Errno> ErrorsOfAnyMode =
        [Errno.EBUSY, Errno.EEXIST, Errno.EPERM, Errno.EACCES, Errno.ENODEV, Errno.ENOMEM, Errno.EBADF];

    /// <summary>Attaches the program, in place of those present.</summary>
    public XdpHandle Attach(XdpMode mode, IReadOnlyList<XdpAttachmentInfo> present)
    {
        var sameMode = present.FirstOrDefault(one => mode == XdpMode.Best || one.Mode == mode);
        if (sameMode is not null) return Exchange(sameMode);
        // Native and generic mode exclude one another. The network card runs its program beside either.
        var other = mode == XdpMode.Offload ? null : present.FirstOrDefault(one => one.Mode != XdpMode.Offload);
        return other is null ? Attach(mode) : ChangeMode(other, mode);
    }

    private XdpHandle Attach(XdpMode mode)
    {
        if (mode != XdpMode.Best) return AttachIn(mode) with { ModeReason = "the mode was asked for" };
        try
        {
            return AttachIn(XdpMode.Native) with
            {
                ModeReason = loaded.HasFragments
                    ? "the driver runs the program, also on packets of several buffers"
                    : "the driver runs the program",
            };
        }
        catch (KernelException refusal) when (!ErrorsOfAnyMode.Contains(refusal.Errno))
        {
            return AttachIn(XdpMode.Generic) with
            {
                ModeReason = refusal.Cause ?? refusal.Message,
                NativeRefusal = refusal.Message,
            };
        }
    }

    private XdpHandle AttachIn(XdpMode mode)
    {
        var flags = XdpAttachments.FlagsOf(mode);
        if (KernelFacts.RunningVersion < FirstWithLinks)
        {
            netlink.SetXdpProgram(target.Index, _program, flags | XdpFlags.UpdateIfNoExist);
            return new XdpHandle(mode, null);
        }

        try
        {
            return new XdpHandle(mode, Keep(Bpf.CreateXdpLink(_program, target.Index, flags)));
        }
        catch (KernelException refusal) when (!ErrorsOfAnyMode.Contains(refusal.Errno))
        {
            throw Refused(mode, refusal);
        }
    }

    private LinkDescriptor Keep(LinkDescriptor link)
    {
        try
        {
            pin?.Add(link);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>The largest packet of an interface in bytes, with its Ethernet header.</summary>
    public static int LargestPacket(NetworkLink? link) => link is null ? 0 : link.MaximumTransmissionUnit + LinkHeader;

    private string FragmentRemark => loaded.HasFragments || LargestPacket(target) <= PacketNeeds.OneBuffer
        ? ""
        : $"; its MTU is {target.MaximumTransmissionUnit}, and the program does not take packets of several buffers: "
            + loaded.FragmentObstacle;

    private KernelException Refused(XdpMode mode, KernelException refusal) => mode switch
    {
        XdpMode.Native => new KernelException(
            operation, refusal.Errno,
            $"its driver does not run XDP programs, or not as the interface is set up now{FragmentRemark}",
            "Run it in generic mode; some drivers need a smaller MTU, fewer queues or no LRO.")
        {
            Id = "NativeModeRefused",
        },
        XdpMode.Offload => new KernelException(
            operation, refusal.Errno, "its card does not run XDP programs, or the program was not loaded for it",
            "Run it in native or generic mode.")
        {
            Id = "OffloadRefused",
        },
        _ => new KernelException(operation, refusal.Errno, refusal.Cause, refusal.Remedy),
    };

    /// <summary>Exchanges the program in one step. It stays attached by a link, or without one, as it was.</summary>
    private XdpHandle Exchange(XdpAttachmentInfo present)
    {
        var old = Bpf.GetProgram(present.ProgramId);
        try
        {
            if (present.LinkId is not { } id)
            {
                ReplaceWithoutLink(present.Mode, old, _program);
                return new XdpHandle(present.Mode, null, ModeReason: Replaced)
                {
                    Previous = old,
                    Restore = () => ReplaceWithoutLink(present.Mode, _program, old),
                };
            }

            var link = Keep(Bpf.GetLink(id));
            var isShared = XdpAttachments.OwnerOf(present) is null or XdpAttachment { IsShared: true };
            try
            {
                Bpf.UpdateLink(link, _program, old);
            }
            catch
            {
                link.Dispose();
                throw;
            }

            return new XdpHandle(present.Mode, link, isShared, Replaced)
            {
                Previous = old,
                Restore = () => Bpf.UpdateLink(link, old, _program),
            };
        }
        catch
        {
            old.Dispose();
            throw;
        }
    }

    private void ReplaceWithoutLink(XdpMode mode, ProgramDescriptor old, ProgramDescriptor replacement)
    {
        try
        {
            netlink.SetXdpProgram(
                target.Index, replacement, XdpAttachments.FlagsOf(mode) | XdpFlags.Replace, old);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EBUSY)
        {
            throw XdpAttachments.Ambiguous(operation, refusal);
        }
    }

    /// <summary>Replaces one program by another, in its mode; if refused, attaches the first again.</summary>
    private XdpHandle ChangeMode(XdpAttachmentInfo present, XdpMode mode)
    {
        var old = Bpf.GetProgram(present.ProgramId);
        var own = XdpAttachments.OwnerOf(present) as XdpAttachment;
        XdpAttachments.Detach(present, netlink);
        try
        {
            var handle = AttachIn(mode);
            return handle with
            {
                ModeReason = "the mode was asked for",
                Previous = old,
                Restore = () =>
                {
                    handle.Link?.Dispose();
                    Restore(present, old, own);
                },
            };
        }
        catch
        {
            Restore(present, old, own);
            old.Dispose();
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

        own.SetLink(Bpf.CreateXdpLink(old, target.Index, flags));
        if (own.PinPath is { } path) AttachmentPin.ReplaceLink(path, own.Link!);
    }
}
