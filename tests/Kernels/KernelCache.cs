namespace EbpfCat.Kernels;

/// <summary>Kernels and busybox, fetched from the Debian archive once and kept in the user's cache directory.</summary>
internal sealed class KernelCache(CancellationToken cancellation)
{
    // Of some four thousand modules the tests can need these. A kernel older than 6.8 has no fs/netfs, a newer no
    // fs/fscache.
    private static readonly string[] ModuleDirectories =
    [
        "crypto", "drivers/char", "drivers/net", "drivers/net/bonding", "drivers/net/netdevsim", "drivers/virtio",
        "fs/9p", "fs/fscache", "fs/netfs", "fs/overlayfs", "kernel/*", "lib/*", "net/*",
    ];

    private readonly string _directory = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "ebpfcat",
        "kernels");

    /// <summary>
    /// The kernel of that release, fetched where it is not there yet or <paramref name="refresh"/> is asked for.
    /// </summary>
    public Kernel GetKernel(KernelRelease release, bool refresh)
    {
        var busybox = new Tool(GetBusybox());
        return new(Get(release.Name, refresh, staging => FetchKernel(release, busybox, staging)));
    }

    /// <summary>The path of a busybox that needs no library.</summary>
    public string GetBusybox() => Path.Combine(Get("busybox", refresh: false, FetchBusybox), "busybox");

    // Prepared beside its place and moved there whole: an interrupted run leaves no half kernel.
    private string Get(string name, bool refresh, Action<TemporaryDirectory> fetch)
    {
        var place = Path.Combine(_directory, name);
        if (refresh || !Directory.Exists(place))
        {
            Directory.CreateDirectory(_directory);
            using var staging = new TemporaryDirectory(_directory);
            Directory.CreateDirectory(staging["result"]);
            fetch(staging);
            if (Directory.Exists(place))
            {
                Directory.Move(place, staging["replaced"]);
            }

            Directory.Move(staging["result"], place);
        }

        return place;
    }

    private void FetchBusybox(TemporaryDirectory staging)
    {
        using var archive = new DebianArchive("bookworm", cancellation);
        archive.Unpack("busybox-static", staging["package"]);
        File.Move(staging["package/bin/busybox"], staging["result/busybox"]);
    }

    private void FetchKernel(KernelRelease release, Tool busybox, TemporaryDirectory staging)
    {
        using (var archive = new DebianArchive(release.Suite, cancellation))
        {
            archive.Unpack("linux-image-amd64", staging["package"]);
        }

        // With the merged /usr of newer packages came an image that lies beside the modules.
        var modules =
            FirstThatExists(Directory.Exists, staging["package/lib/modules"], staging["package/usr/lib/modules"]);
        modules = Directory.GetDirectories(modules).Single();
        var version = Path.GetFileName(modules);
        var image =
            FirstThatExists(File.Exists, staging[$"package/boot/vmlinuz-{version}"], Path.Combine(modules, "vmlinuz"));
        File.Move(image, staging["result/vmlinuz"]);

        var kept = staging[$"result/lib/modules/{version}"];
        foreach (var directory in ModuleDirectories)
        {
            Keep(modules, kept, Path.Combine("kernel", directory));
        }

        foreach (var list in Directory.GetFiles(modules, "modules.*"))
        {
            File.Move(list, Path.Combine(kept, Path.GetFileName(list)));
        }

        var compressed = Directory.GetFiles(kept, "*.ko.xz", SearchOption.AllDirectories);
        if (compressed.Length > 0)
        {
            busybox.Run(["unxz", .. compressed], cancellation);
        }

        busybox.Run(["depmod", "-b", staging["result"], version], cancellation);
    }

    private static string FirstThatExists(Predicate<string> exists, params string[] paths) =>
        Array.Find(paths, exists)
        ?? throw new HarnessException($"The kernel package has none of {string.Join(", ", paths)}.");

    private static void Keep(string from, string to, string pattern)
    {
        var deep = pattern.EndsWith("/*", StringComparison.Ordinal);
        var root = Path.Combine(from, deep ? pattern[..^2] : pattern);
        if (!Directory.Exists(root))
        {
            return;
        }

        var depth = deep ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        foreach (var file in Directory.GetFiles(root, "*.ko*", depth))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target);
        }
    }
}
