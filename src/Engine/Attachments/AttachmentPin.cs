namespace EbpfCat.Attachments;

/// <summary>The pin of an attachment, held open: its links, its program, its maps.</summary>
internal sealed class AttachmentPin(BpfDirectory directory) : IDisposable
{
    public const string LinkFile = "link";
    public const string ProgramFile = "program";
    public const string AboutFile = "about";
    public const string MapsDirectory = "maps";
    public const string SharedDirectory = "shared";

    private const string NewLinkFile = "~link";

    /// <summary>Opens a pin; null if there is none.</summary>
    /// <param name="path">The path of its directory.</param>
    public static AttachmentPin? Find(string path) => BpfDirectory.Find(path) is { } found ? new(found) : null;

    public string Path => directory.Path;

    /// <summary>Whether the program is there: it is missing from what another process left half-made.</summary>
    public bool HasProgram => directory.Has(ProgramFile);

    /// <summary>Kind and target of the attachment; null of XDP as earlier versions pinned it.</summary>
    public (string Kind, string Target)? About =>
        directory.LinkTarget(AboutFile)?.Split(' ', 2) is [var kind, var target] ? (kind, target) : null;

    /// <summary>The id of the program; null where it is missing.</summary>
    public uint? ProgramId
    {
        get
        {
            if (!HasProgram) return null;
            using var program = OpenProgram();
            return Bpf.GetProgramInfo(program).Id;
        }
    }

    /// <summary>The kernel's description of its links.</summary>
    public IReadOnlyList<LinkInfo> Links
    {
        get
        {
            var links = OpenLinks();
            try
            {
                return [.. links.Select(Bpf.GetLinkInfo)];
            }
            finally
            {
                foreach (var link in links) link.Dispose();
            }
        }
    }

    /// <summary>Whether the kernel runs the program that it keeps.</summary>
    public bool IsAttached => ProgramId is { } program && Links is var links
        && (links.Count > 0 ? links.All(link => link.Runs(program)) : IsAttachedWithoutLink(program));

    /// <summary>Whether it keeps nothing attached: its program is missing, or its links end at what is gone.</summary>
    public bool IsAbandoned => !HasProgram || (Links.Count > 0 && !IsAttached);

    public static string LinkName(int index) =>
        index == 0 ? LinkFile : string.Create(CultureInfo.InvariantCulture, $"{LinkFile}-{index}");

    /// <summary>Makes a pin keep another link.</summary>
    public static void ReplaceLink(string path, LinkDescriptor link)
    {
        using var directory = BpfDirectory.Find(path);
        if (directory is null) return;
        directory.Pin(link, NewLinkFile);
        directory.Replace(NewLinkFile, LinkFile);
    }

    /// <summary>Lets go of the links: the pin goes on to keep the program with its maps, attached nowhere.</summary>
    public void RemoveLinks()
    {
        for (var index = 0; directory.Has(LinkName(index)); index++) directory.Remove(LinkName(index));
    }

    public ProgramDescriptor OpenProgram() => directory.GetPinned<ProgramDescriptor>(ProgramFile);

    /// <summary>Opens its links, to be disposed.</summary>
    public IReadOnlyList<LinkDescriptor> OpenLinks()
    {
        var links = new List<LinkDescriptor>();
        try
        {
            while (directory.Has(LinkName(links.Count)))
                links.Add(directory.GetPinned<LinkDescriptor>(LinkName(links.Count)));
            return links;
        }
        catch
        {
            links.ForEach(link => link.Dispose());
            throw;
        }
    }

    /// <summary>Opens its maps, with the names they were declared with.</summary>
    public List<LiveMap> OpenMaps()
    {
        var maps = new List<LiveMap>();
        try
        {
            foreach (var (part, prefix) in new[] { (MapsDirectory, ""), (SharedDirectory, ".") })
            {
                using var inside = directory.FindDirectory(part);
                foreach (var file in inside?.Names ?? [])
                    maps.Add(LiveMap.Open(inside!.PathOf(file), prefix + PinPath.MapName(file)));
            }

            return maps;
        }
        catch
        {
            maps.ForEach(map => map.Dispose());
            throw;
        }
    }

    public void Dispose() => directory.Dispose();

    // Without links, XDP programs and filters of tc stay attached.
    private bool IsAttachedWithoutLink(uint program)
    {
        using var netlink = new Netlink();
        if (About is not var (kind, target) || kind == HookTable.Xdp.Kind)
            return netlink.GetLinks().Any(link => link.XdpProgramIds.Contains(program));
        return kind == HookTable.Tc.Kind && target.Split(' ') is [var name, var direction]
            && netlink.FindLink(name) is { } link
            && netlink.GetFilters(link.Index, direction == nameof(TcDirection.Egress))
                .Any(filter => filter.ProgramId == program);
    }
}
