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

    /// <summary>The names of the pinned attachments.</summary>
    /// <exception cref="KernelException">
    /// EACCES: the directory belongs to another user, or others may write to it.
    /// </exception>
    public static IReadOnlyList<string> Names
    {
        get
        {
            if (!Directory.Exists(Root)) return [];
            PinTransaction.Recover(Root);
            using var root = BpfDirectory.Find(Root);
            return root is null ? [] : root.Names.Where(name => File.Exists(root.PathOf($"{name}/program"))).ToArray();
        }
    }

    /// <summary>Turns the name of an attachment's pin into the path of its directory.</summary>
    /// <param name="name">
    /// A name without <c>/</c>, which is relative to <see cref="Root"/>; or the name of a directory elsewhere, as
    /// <see cref="PinPath"/> takes it.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or has a dot, which bpffs refuses.</exception>
    public static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return PinPath.Of(name.Contains('/', StringComparison.Ordinal) ? name : $"{Subdirectory}/{name}");
    }

    /// <summary>The directory in <see cref="Root"/> that keeps a link; null where none does.</summary>
    internal static string? FindLink(uint linkId) => Find(pin => pin.Links.Any(link => link.Id == linkId));

    /// <summary>The pin directory, among those in <see cref="Root"/>, that keeps a program.</summary>
    internal static string? FindProgram(uint programId) => Find(pin => pin.ProgramId == programId);

    private static string? Find(Predicate<AttachmentPin> keeps)
    {
        try
        {
            return Names.Select(name => $"{Root}/{name}").FirstOrDefault(path =>
            {
                using var pin = AttachmentPin.Find(path);
                return pin is not null && keeps(pin);
            });
        }
        catch (KernelException)
        {
            // This process may not look into the directory.
            return null;
        }
    }
}
