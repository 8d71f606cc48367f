using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>Opens attachments that this or another process has pinned.</summary>
public static class PinnedAttachment
{
    /// <summary>Opens a pinned attachment with its program, maps and variables. It stays pinned when it is disposed.</summary>
    /// <param name="name">The name it was pinned by, or the path of its directory.</param>
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

    private static Attachment Open(string path, LoadedProgram program) => PinDirectory.ReadAbout(path) is var (kind, target)
        ? PinnedHookAttachment.Open(path, program, kind, target)
        : OpenXdp(path, program);

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
        var target = links.FirstOrDefault(one => one.XdpProgramId == program.Id && (index is null || one.Index == index));
        var mode = target is null ? XdpMode.Best : XdpAttachments.Of(target).First(one => one.ProgramId == program.Id).Mode;
        return new XdpAttachment(
            program, ownsProgram: true, target?.Name ?? "", index ?? target?.Index ?? 0, new XdpHold(mode, link))
        {
            PinPath = path,
        };
    }
}
