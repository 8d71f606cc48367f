namespace EbpfCat.Kernel;

/// <summary>The BPF file system, which holds pins: where it is, mounting and unmounting it.</summary>
internal static unsafe class BpfFileSystem
{
    /// <summary>The conventional mount point of the BPF file system.</summary>
    public const string DefaultPath = "/sys/fs/bpf";

    // BPF_FS_MAGIC of linux/magic.h; struct statfs begins with it, as a long, and has 120 bytes.
    private const long Magic = 0xcafe4a11;
    private const int StatusSize = 120;

    /// <summary>Whether a directory is in a BPF file system.</summary>
    public static bool Contains(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var status = stackalloc long[StatusSize / sizeof(long)];
        return Libc.FileSystemStatus(directory, status) == 0 && status[0] == Magic;
    }

    /// <summary>Whether an open file or directory is in a BPF file system.</summary>
    public static bool Contains(FileDescriptor file)
    {
        using var borrowed = file.Borrow();
        var status = stackalloc long[StatusSize / sizeof(long)];
        return Libc.FileSystemStatus(borrowed.Number, status) == 0 && status[0] == Magic;
    }

    /// <summary>
    /// Whether this process was started by <c>ip netns exec</c>, which gives it and its children a <c>/sys</c> of their
    /// own: a BPF file system that is mounted below it goes when they end.
    /// </summary>
    /// <param name="path">The path of a pin.</param>
    public static bool IsPrivate(string path) => path.StartsWith("/sys/", StringComparison.Ordinal)
        && File.ReadLines("/proc/self/mountinfo").Any(IsOfNetworkNamespace);

    // proc_pid_mountinfo(5). ip-netns(8) mounts sysfs with the name of the network namespace as its source.
    private static bool IsOfNetworkNamespace(string mount) =>
        mount.Split(' ') is { Length: > 8 } fields && fields[4] == "/sys"
        && fields.AsSpan(Array.IndexOf(fields, "-") + 1) is ["sysfs", var source, ..]
        && File.Exists($"/run/netns/{source}");

    /// <summary>Mounts a BPF file system that only its owner may enter.</summary>
    /// <param name="directory">The directory to mount it on.</param>
    /// <exception cref="KernelException">EPERM: CAP_SYS_ADMIN is missing. ENOENT: no such directory.</exception>
    public static void Mount(string directory) =>
        Libc.Check(
            Libc.Mount("bpf", directory, "bpf", 0, "mode=0700"), $"mount a BPF file system on '{directory}'",
            Capability.SysAdmin);

    /// <summary>Unmounts a BPF file system; what is pinned in it is gone.</summary>
    /// <param name="directory">The directory it is mounted on.</param>
    public static void Unmount(string directory) =>
        Libc.Check(Libc.Unmount(directory, 0), $"unmount the BPF file system on '{directory}'", Capability.SysAdmin);
}
