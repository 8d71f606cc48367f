namespace EbpfCat.Attachments;

/// <summary>
/// The pins of attachments in the BPF file system: <c>/sys/fs/bpf/ebpfcat/NAME</c> has the link, the program, the maps
/// by name in <c>maps</c>, and the maps of variables and events in <c>shared</c>.
/// </summary>
public static class PinDirectory
{
    /// <summary>The directory of all pins.</summary>
    public const string Root = PinPath.Root + "/" + Subdirectory;

    private const string Subdirectory = "ebpfcat";

    internal const string LinkFile = "link";
    internal const string ProgramFile = "program";
    internal const string AboutFile = "about";
    internal const string MapsDirectory = "maps";
    internal const string SharedDirectory = "shared";

    /// <summary>The names of the pinned attachments.</summary>
    public static IReadOnlyList<string> Names => Directory.Exists(Root)
        ? [.. Directory.EnumerateDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Turns the name of an attachment's pin into the path of its directory.</summary>
    /// <param name="name">
    /// A name without <c>/</c>, which is relative to <see cref="Root"/>; or the name of a directory elsewhere, as
    /// <see cref="PinPath"/> takes it.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty or has a dot, which bpffs refuses.</exception>
    public static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return PinPath.Of(name.Contains('/', StringComparison.Ordinal) ? name : $"{Subdirectory}/{name}");
    }

    /// <summary>
    /// Removes a pin with all it keeps, and the directory of all pins with the last. What nothing else holds, the
    /// kernel detaches and frees.
    /// </summary>
    /// <param name="path">The directory of the pin.</param>
    internal static void Delete(string path)
    {
        if (!Directory.Exists(path)) return;
        // The link goes last, so that the attachment is still found if something fails before.
        foreach (var part in (string[])[MapsDirectory, SharedDirectory])
        {
            var directory = Path.Combine(path, part);
            if (!Directory.Exists(directory)) continue;
            foreach (var file in Directory.EnumerateFiles(directory)) File.Delete(file);
            Directory.Delete(directory);
        }

        foreach (var file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Reverse()) File.Delete(file);
        Directory.Delete(path);
        if (Path.GetDirectoryName(path) == Root) DeleteRootIfEmpty();
    }

    // Another process may pin something at that moment: then the kernel keeps the directory.
    private static void DeleteRootIfEmpty()
    {
        if (Directory.EnumerateFileSystemEntries(Root).Any()) return;
        try
        {
            Directory.Delete(Root);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Pins a program, its maps, and its links if it has any. If a part fails, none stays.</summary>
    /// <param name="path">The directory to make.</param>
    /// <param name="about">Kind and target, kept as a symbolic link; null for XDP, whose link tells them.</param>
    internal static void Create(
        string path, IReadOnlyList<LinkDescriptor> links, LoadedProgram program, string? about = null)
    {
        Prepare(path);
        try
        {
            Directory.CreateDirectory(path);
            foreach (var (name, map) in program.Maps)
            {
                var isShared = name.StartsWith('.');
                var directory = Path.Combine(path, isShared ? SharedDirectory : MapsDirectory);
                Directory.CreateDirectory(directory);
                map.Pin(Path.Combine(directory, PinPath.FileName(isShared ? name[1..] : name)));
            }

            Bpf.Pin(program.Descriptor, Path.Combine(path, ProgramFile));
            if (about is not null) File.CreateSymbolicLink(Path.Combine(path, AboutFile), about);
            for (var index = 0; index < links.Count; index++)
                Bpf.Pin(links[index], Path.Combine(path, LinkName(index)));
        }
        catch
        {
            Delete(path);
            throw;
        }
    }

    /// <summary>Reads the link of a pin; null where there is no pin, or one without a link.</summary>
    internal static LinkInfo? ReadLink(string path)
    {
        var file = Path.Combine(path, LinkFile);
        if (!File.Exists(file)) return null;
        using var link = Bpf.GetPinned<LinkDescriptor>(file);
        return Bpf.GetLinkInfo(link);
    }

    /// <summary>The links that a pin keeps, to be disposed.</summary>
    internal static IEnumerable<LinkDescriptor> OpenLinks(string path)
    {
        for (var index = 0; File.Exists(Path.Combine(path, LinkName(index))); index++)
            yield return Bpf.GetPinned<LinkDescriptor>(Path.Combine(path, LinkName(index)));
    }

    /// <summary>Kind and target of a pinned attachment; null of one whose kind the kernel tells.</summary>
    internal static (string Kind, string Target)? ReadAbout(string path) =>
        new FileInfo(Path.Combine(path, AboutFile)).LinkTarget?.Split(' ', 2) is [var kind, var target]
        ? (kind, target) : null;

    internal static void ReplaceLink(string path, LinkDescriptor link)
    {
        var file = Path.Combine(path, LinkFile);
        File.Delete(file);
        Bpf.Pin(link, file);
    }

    /// <summary>Refuses a pin whose name is taken; makes the directory that it is in.</summary>
    internal static void Prepare(string path)
    {
        if (Directory.Exists(path))
        {
            throw new KernelException(
                $"pin to '{path}'", Errno.EEXIST, "the name is taken", "Choose another name, or remove the old pin.")
            {
                Id = "PinExists",
            };
        }

        PinPath.MakeDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The directory in <see cref="Root"/> that keeps a link; null where none does.</summary>
    internal static string? FindLink(uint linkId) => Find(path => ReadLink(path)?.Id == linkId);

    /// <summary>The pin directory, among those in <see cref="Root"/>, that keeps a program.</summary>
    internal static string? FindProgram(uint programId) => Find(path =>
    {
        using var program = Bpf.GetPinned<ProgramDescriptor>(Path.Combine(path, ProgramFile));
        return Bpf.GetProgramInfo(program).Id == programId;
    });

    /// <summary>The maps of a pin, with the names they were declared with.</summary>
    internal static List<LiveMap> OpenMaps(string path)
    {
        var maps = new List<LiveMap>();
        foreach (var (part, prefix) in new[] { (MapsDirectory, ""), (SharedDirectory, ".") })
        {
            var directory = Path.Combine(path, part);
            if (!Directory.Exists(directory)) continue;
            maps.AddRange(Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)
                .Select(file => LiveMap.Open(file, prefix + Path.GetFileName(file))));
        }

        return maps;
    }

    private static string LinkName(int index) =>
        index == 0 ? LinkFile : string.Create(CultureInfo.InvariantCulture, $"{LinkFile}-{index}");

    private static string? Find(Predicate<string> keeps) =>
        Names.Select(name => $"{Root}/{name}").FirstOrDefault(path =>
    {
        try
        {
            return keeps(path);
        }
        catch (KernelException)
        {
            return false;
        }
    });
}
