namespace EbpfCat.Maps;

/// <summary>The names of pins: a path that begins with <c>/</c>, or a name relative to <see cref="Root"/>.</summary>
public static class PinPath
{
    /// <summary>The directory of the BPF file system.</summary>
    public const string Root = BpfFileSystem.DefaultPath;

    /// <summary>Turns the name of a pin into its path.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, or has a dot, which the BPF file system refuses (bpf_lookup in kernel/bpf/inode.c) but for
    /// its own files <c>maps.debug</c> and <c>progs.debug</c>.
    /// </exception>
    public static string Of(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = Path.GetFullPath(name, Root).TrimEnd('/');
        // A mount point elsewhere may have a dot in its path.
        var isRefused = (name.StartsWith('/') ? Path.GetFileName(path) : name).Contains('.', StringComparison.Ordinal);
        return isRefused && !File.Exists(path)
            ? throw new ArgumentException($"'{name}' is no name for a pin: the BPF file system takes none with a dot.")
            : path;
    }

    /// <summary>Makes the directory of a pin, and mounts the BPF file system where it is missing.</summary>
    /// <returns>Whether the directory is new.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="KernelException">EINVAL: it is in no BPF file system.</exception>
    public static bool MakeDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        directory = Path.GetFullPath(directory, Root);
        var isBelowRoot = directory == Root || directory.StartsWith(Root + "/", StringComparison.Ordinal);
        if (isBelowRoot && !BpfFileSystem.Contains(Root)) BpfFileSystem.Mount(Root);
        var present = directory;
        while (!Directory.Exists(present)) present = Path.GetDirectoryName(present)!;
        if (!BpfFileSystem.Contains(present))
        {
            throw new KernelException(
                $"pin in '{directory}'", Errno.EINVAL, $"'{present}' is not a directory in a BPF file system",
                $"Give a name, or a path below {Root}.");
        }

        if (present == directory) return false;
        Directory.CreateDirectory(directory);
        return true;
    }

    /// <summary>Turns the name of a map into the name of a file, which has no dot or slash.</summary>
    internal static string FileName(string mapName) => mapName.Replace('.', '_').Replace('/', '_');
}
