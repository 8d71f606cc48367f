namespace EbpfCat.Attachments;

/// <summary>A program attached by a link of any process, when it was looked at: the link may be gone since.</summary>
public sealed record KernelAttachment
{
    /// <summary>The kind of hook, as in <see cref="Attachment.Kind"/>; for unknown hooks the link's type.</summary>
    public string Kind { get; init; } = "";

    /// <summary>
    /// The target, as <see cref="Attachment.Target"/> has it; empty if the kernel does not report it: of
    /// tracepoints and probes before Linux 6.6, of functions and security hooks before 5.13, and of many functions at
    /// once.
    /// </summary>
    public string Target { get; init; } = "";

    /// <summary>The number of the link, unique as long as it lives.</summary>
    public uint LinkId { get; init; }

    /// <summary>The number of the program.</summary>
    public uint ProgramId { get; init; }

    /// <summary>The program's name; empty where it has none, or is gone.</summary>
    public string ProgramName { get; init; } = "";

    /// <summary>The processes that hold the link, as far as visible to this process; none if only a pin does.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>All links in the kernel, by id (Linux 5.8). Needs CAP_SYS_ADMIN.</summary>
    public static IReadOnlyList<KernelAttachment> All()
    {
        var links = Inventory.Links().ToList();
        if (links.Count == 0) return [];
        var holders = LinkHolders.Find();
        return links.Select(link => From(link, holders[link.Id])).ToArray();
    }

    /// <summary>Opens the program with its maps, to be disposed.</summary>
    /// <exception cref="KernelException">ENOENT: it is gone.</exception>
    public LoadedProgram OpenProgram() => LoadedProgram.FromId(ProgramId);

    /// <summary>Detaches the program for all who hold the link (Linux 5.9): of XDP, tc and control groups.</summary>
    /// <exception cref="KernelException">
    /// ENOENT: it is gone. EOPNOTSUPP: the link is of a kind that ends with those who hold it; names the processes.
    /// </exception>
    public void Detach()
    {
        using var link = Bpf.GetLink(LinkId);
        try
        {
            Bpf.DetachLink(link);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EOPNOTSUPP or Errno.ENOTSUPP or Errno.EINVAL)
        {
            throw new KernelException(
                $"detach the program '{ProgramName}' from {Kind} {Target}", Errno.EOPNOTSUPP,
                "a link of this kind ends when nobody holds it any more",
                ProcessIds.Count == 0
                ? "Remove its pin." : $"End what holds it: process {string.Join(", ", ProcessIds)}.");
        }
    }

    /// <summary>Kind, target and program.</summary>
    public override string ToString() => $"{Kind} {Target}: {ProgramName}";

    private static KernelAttachment From(LinkInfo link, IEnumerable<int> holders)
    {
        var program = Inventory.FindProgram(link.ProgramId);
        return new()
        {
            Kind = LinkDescription.KindOf(link, program),
            Target = LinkDescription.TargetOf(link, program),
            LinkId = link.Id,
            ProgramId = link.ProgramId,
            ProgramName = program?.Name ?? "",
            ProcessIds = holders.ToArray(),
        };
    }
}
