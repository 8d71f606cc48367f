namespace EbpfCat.Attachments;

/// <summary>The control groups of version 2 (cgroups(7)).</summary>
public static class ControlGroups
{
    // O_RDONLY | O_CLOEXEC
    private const int ReadOnly = 0x80000;

    /// <summary>The directory of the root group, wherever it is mounted; null where it is not.</summary>
    public static string? Root => File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
        .Where(parts => parts is [_, _, "cgroup2", ..])
        .Select(parts => parts[1])
        .FirstOrDefault();

    /// <summary>The names of all groups below the root; empty where control groups are not mounted.</summary>
    public static IEnumerable<string> Names => Root is { } root
        ? Directory.EnumerateDirectories(root, "*",
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Select(path => Path.GetRelativePath(root, path))
        : [];

    internal static Version LinksSince { get; } = new(5, 7);

    /// <summary>The directory of a group.</summary>
    /// <param name="path">Its path, or its name below the root.</param>
    /// <exception cref="UnknownNameException">There is none; names the nearest ones.</exception>
    /// <exception cref="KernelException">ENODEV: control groups of version 2 are not mounted.</exception>
    public static string Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var root = RequireRoot($"find the control group '{path}'");
        var directory = path.StartsWith(root, StringComparison.Ordinal) ? path : $"{root}/{path.TrimStart('/')}";
        directory = directory.TrimEnd('/');
        if (Directory.Exists(directory)) return directory;
        if (Directory.Exists(path) && path.StartsWith('/')) return path.TrimEnd('/');
        // The nearest are looked for where the path first goes astray.
        var parent = directory;
        var wanted = "";
        while (!Directory.Exists(parent)) (wanted, parent) = (Path.GetFileName(parent), Path.GetDirectoryName(parent)!);
        throw new UnknownNameException(
            "control group", wanted, Directory.EnumerateDirectories(parent).Select(one => Path.GetFileName(one)),
            $"in '{parent}'");
    }

    /// <summary>The directory of the root group.</summary>
    /// <exception cref="KernelException">ENODEV: control groups of version 2 are not mounted.</exception>
    internal static string RequireRoot(string operation) => Root ?? throw new KernelException(
        operation, Errno.ENODEV, "control groups of version 2 are not mounted",
        "Mount them: mount -t cgroup2 none /sys/fs/cgroup.");

    /// <summary>The directory of a group by its id, an inode number; null if the group is not visible here.</summary>
    internal static unsafe string? FindById(ulong id)
    {
        const uint inode = 0x100; // STATX_INO
        const int inodeOffset = 32;
        if (Root is not { } root) return null;
        var status = stackalloc byte[256]; // struct statx
        foreach (var directory in Names.Select(name => $"{root}/{name}").Prepend(root))
        {
            if (Libc.FileStatus(0, directory, 0, inode, status) == 0 && *(ulong*)(status + inodeOffset) == id)
                return directory;
        }

        return null;
    }

    internal static FileDescriptor Open(string directory, string operation)
    {
        var number = Libc.Check(Libc.Open(directory, ReadOnly), operation);
        return File.Exists($"{directory}/cgroup.procs") && File.Exists($"{directory}/cgroup.controllers")
            ? new FileDescriptor(number) : throw NotAGroup(number, directory, operation);
    }

    private static KernelException NotAGroup(int number, string directory, string operation)
    {
        new FileDescriptor(number).Dispose();
        return new KernelException(operation, Errno.EBADF, $"'{directory}' is no control group of version 2",
            $"They are below {Root}.");
    }
}
