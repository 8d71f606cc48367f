namespace EbpfCat.Kernels;

/// <summary>A kernel series, and the Debian suite whose package <c>linux-image-amd64</c> is of it.</summary>
/// <param name="Name">What the command line calls it: the series, or <c>newest</c>.</param>
/// <param name="Suite">The name of the suite in the archive.</param>
internal sealed record KernelRelease(string Name, string Suite)
{
    /// <summary>The kernels to test on, oldest first.</summary>
    public static IReadOnlyList<KernelRelease> All { get; } =
    [
        new("5.10", "bullseye"),
        new("6.1", "bookworm"),
        new("6.12", "bookworm-backports"),
        new("newest", "sid"),
    ];

    /// <summary>The kernel of that name; <see cref="HarnessException"/> where there is none.</summary>
    public static KernelRelease Parse(string name) =>
        All.FirstOrDefault(release => release.Name == name)
        ?? throw new HarnessException(
            $"There is no kernel '{name}' to choose: {string.Join(", ", All.Select(release => release.Name))}.");
}
