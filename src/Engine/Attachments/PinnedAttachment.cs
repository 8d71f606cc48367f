namespace EbpfCat.Attachments;

/// <summary>An attachment opened by its pin, whichever process pinned it: of all hooks but XDP.</summary>
public sealed class PinnedAttachment : LinkAttachment
{
    private PinnedAttachment(
        LoadedProgram program, string kind, string target, AttachmentHandle handle, AttachmentPin pin)
        : base(program, ownsProgram: true, kind, target, handle, pin) { }

    /// <summary>The attachment of this process that a pin keeps; null where another process made it.</summary>
    /// <param name="path">The directory of the pin.</param>
    public static Attachment? FindOwn(string path)
    {
        if (All.FirstOrDefault(own => own.PinPath == path) is not { } own) return null;
        using var pin = AttachmentPin.Find(path);
        return pin?.ProgramId == own.ProgramId ? own : null;
    }

    /// <summary>Opens a pinned attachment with its program, maps and variables. It stays pinned on disposal.</summary>
    /// <param name="name">The name of the pin: see <see cref="PinDirectory.PathOf"/>.</param>
    /// <returns>An <see cref="XdpAttachment"/>, or a <see cref="PinnedAttachment"/> of another hook.</returns>
    /// <exception cref="KernelException">ENOENT: there is no such pin.</exception>
    public static Attachment Open(string name)
    {
        var path = PinDirectory.PathOf(name);
        PinTransaction.Recover(Path.GetDirectoryName(path)!);
        using var pin = AttachmentPin.Find(path);
        if (pin is not { HasProgram: true })
        {
            var names = PinDirectory.Names;
            throw new KernelException(
                $"open the pinned attachment '{name}'", Errno.ENOENT,
                pin is null ? "there is no such pin" : "the pin has no program",
                pin is not null ? "Remove the pin." : names.Count == 0
                ? "Nothing is pinned." : $"There are: {string.Join(", ", names)}.");
        }

        var program = LoadedProgram.Open(pin.OpenProgram(), pin.OpenMaps());
        try
        {
            return Open(pin, program);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private static Attachment Open(AttachmentPin pin, LoadedProgram program)
    {
        if (pin.About is not var (kind, target)) return OpenXdp(pin, program, "");
        if (kind == HookTable.Xdp.Kind) return OpenXdp(pin, program, target);
        return new PinnedAttachment(program, kind, target, OpenHandle(pin, program, kind, target), pin);
    }

    private protected override void Reopen(AttachmentPin pin, LoadedProgram program) =>
        SetHandle(OpenHandle(pin, program, Kind, Target));

    private static AttachmentHandle OpenHandle(AttachmentPin pin, LoadedProgram program, string kind, string target)
    {
        var links = pin.OpenLinks();
        if (links.Count == 0 && kind == HookTable.Tc.Kind) return OpenFilter(pin.Path, program, target);
        return AttachmentHandle.Build(handle =>
        {
            foreach (var link in links) handle.Add(link);
            if (links.Count == 0) AddUnpinnedLinks(handle, program);
        });
    }

    // The links are no longer in the pin: it keeps nothing attached, but another process may.
    private static void AddUnpinnedLinks(AttachmentHandle handle, LoadedProgram program)
    {
        handle.Probe = () => false;
        foreach (var link in Inventory.Links().Where(link => link.ProgramId == program.Id))
            handle.Add(Bpf.GetLink(link.Id));
    }

    private static AttachmentHandle OpenFilter(string path, LoadedProgram program, string target)
    {
        var operation = $"open the pinned attachment '{path}'";
        if (target.Split(' ') is not [var name, var direction])
            throw new KernelException(operation, Errno.EINVAL, $"'{target}' is no target of tc");
        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, name, operation);
        return TcAttachment.OpenFilter(program, link.Index, Enum.Parse<TcDirection>(direction));
    }

    private static XdpAttachment OpenXdp(AttachmentPin pin, LoadedProgram program, string interfaceName)
    {
        if (program.Type != Language.ProgramType.Xdp)
        {
            throw new KernelException(
                $"open the pinned attachment '{pin.Path}'", Errno.ENOTSUPP, $"its program is of type {program.Type}");
        }

        using var netlink = new Netlink();
        var links = netlink.GetLinks();
        var link = pin.OpenLinks() is [var first, ..] ? first : null;
        var index = link is null ? null : (int?)Bpf.GetLinkInfo(link).InterfaceIndex;
        var target = links.FirstOrDefault(one => one.XdpProgramId == program.Id
            && (index is null || one.Index == index));
        var mode = target is null
            ? XdpMode.Best : XdpAttachments.Of(target).First(one => one.ProgramId == program.Id).Mode;
        return new XdpAttachment(
            program, ownsProgram: true, target?.Name ?? interfaceName, index ?? target?.Index ?? 0,
            new XdpHandle(mode, link), pin);
    }
}
