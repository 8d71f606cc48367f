namespace EbpfCat.Attachments;

/// <summary>An attachment opened by its pin, whichever process pinned it: of all hooks but XDP.</summary>
public sealed class PinnedAttachment : LinkAttachment
{
    private PinnedAttachment(LoadedProgram program, string kind, string target, AttachmentHandle handle)
        : base(program, ownsProgram: true, kind, target, handle) { }

    /// <summary>Opens a pinned attachment with its program, maps and variables. It stays pinned on disposal.</summary>
    /// <param name="name">The name of the pin: see <see cref="PinDirectory.PathOf"/>.</param>
    /// <returns>An <see cref="XdpAttachment"/>, or a <see cref="PinnedAttachment"/> of another hook.</returns>
    /// <exception cref="KernelException">ENOENT: there is no such pin.</exception>
    public static Attachment Open(string name)
    {
        var path = PinDirectory.PathOf(name);
        if (!Directory.Exists(path))
        {
            var names = PinDirectory.Names;
            throw new KernelException(
                $"open the pinned attachment '{name}'", Errno.ENOENT, "there is no such pin",
                names.Count == 0 ? "Nothing is pinned." : $"There are: {string.Join(", ", names)}.");
        }

        var maps = PinDirectory.OpenMaps(path);
        var program = LoadedProgram.Open(
            Bpf.GetPinned<ProgramDescriptor>(Path.Combine(path, PinDirectory.ProgramFile)), maps);
        try
        {
            return Open(path, program);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private static Attachment Open(string path, LoadedProgram program)
    {
        if (PinDirectory.ReadAbout(path) is not var (kind, target)) return OpenXdp(path, program);
        var links = PinDirectory.OpenLinks(path).ToList();
        var handle = links.Count == 0
            ? OpenFilter(path, program, kind, target)
            : AttachmentHandle.Build(handle => links.ForEach(one => handle.Add(one)));
        return new PinnedAttachment(program, kind, target, handle) { PinPath = path };
    }

    // Of the attachments without a link, the kernel keeps those of tc alone.
    private static AttachmentHandle OpenFilter(string path, LoadedProgram program, string kind, string target)
    {
        var operation = $"open the pinned attachment '{path}'";
        if (kind != HookTable.Tc.Kind || target.Split(' ') is not [var name, var direction])
        {
            throw new KernelException(
                operation, Errno.ENOTSUPP, $"an attachment of kind {kind} is not kept without a link");
        }

        using var netlink = new Netlink();
        var link = Interfaces.Find(netlink, name, operation);
        return TcAttachment.OpenFilter(program, link.Index, Enum.Parse<TcDirection>(direction));
    }

    private static XdpAttachment OpenXdp(string path, LoadedProgram program)
    {
        if (program.Type != Language.ProgramType.Xdp)
        {
            throw new KernelException(
                $"open the pinned attachment '{path}'", Errno.ENOTSUPP, $"its program is of type {program.Type}");
        }

        using var netlink = new Netlink();
        var links = netlink.GetLinks();
        var linkPath = Path.Combine(path, PinDirectory.LinkFile);
        var link = File.Exists(linkPath) ? Bpf.GetPinned<LinkDescriptor>(linkPath) : null;
        var index = link is null ? null : (int?)Bpf.GetLinkInfo(link).InterfaceIndex;
        var target = links.FirstOrDefault(one => one.XdpProgramId == program.Id
            && (index is null || one.Index == index));
        var mode = target is null
            ? XdpMode.Best : XdpAttachments.Of(target).First(one => one.ProgramId == program.Id).Mode;
        return new XdpAttachment(
            program, ownsProgram: true, target?.Name ?? "", index ?? target?.Index ?? 0, new XdpHandle(mode, link))
        {
            PinPath = path,
        };
    }
}
