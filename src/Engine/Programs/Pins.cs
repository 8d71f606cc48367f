namespace EbpfCat.Programs;

/// <summary>Pins of programs and maps in BPF file systems: finding, opening and removing them.</summary>
public static class Pins
{
    /// <summary>The maps pinned in a directory, to be disposed, with the names they are pinned by.</summary>
    /// <param name="directory">The name of the directory: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">ENOENT: there are none.</exception>
    public static IReadOnlyList<LiveMap> OpenMaps(string directory)
    {
        directory = PinPath.Of(directory);
        var maps = new List<LiveMap>();
        try
        {
            foreach (var file in Files(directory))
            {
                var descriptor = Bpf.GetPinned(file);
                descriptor.Dispose();
                if (descriptor is MapDescriptor) maps.Add(LiveMap.Open(file));
            }
        }
        catch
        {
            maps.ForEach(map => map.Dispose());
            throw;
        }

        return maps.Count > 0 ? maps : throw new KernelException(
            $"open the maps pinned in '{directory}'", Errno.ENOENT, "there are none");
    }

    /// <summary>Lists the pins below a directory by path, without those that cannot be opened.</summary>
    /// <param name="directory">The name of the directory: see <see cref="PinPath"/>.</param>
    public static IEnumerable<PinInfo> In(string directory)
    {
        directory = PinPath.Of(directory);
        if (!Directory.Exists(directory)) return [];
        if (ReadAttachment(directory) is { } attachment) return [attachment];
        return Files(directory).Select(Read).OfType<PinInfo>()
            .Concat(Directory.EnumerateDirectories(directory).Where(IsInside).Order(StringComparer.Ordinal)
                .SelectMany(In));
    }

    // A symbolic link may lead out of the BPF file system, or in a circle; so may a mount point inside.
    private static bool IsInside(string directory) =>
        new DirectoryInfo(directory).LinkTarget is null && BpfFileSystem.Contains(directory);

    /// <summary>Reads a pin; null if there is none, it is a directory, or it cannot be opened.</summary>
    /// <param name="name">The name of the pin: see <see cref="PinPath"/>.</param>
    public static PinInfo? Read(string name)
    {
        var path = PinPath.Of(name);
        if (Directory.Exists(path)) return ReadAttachment(path);
        try
        {
            using var pinned = Bpf.GetPinned(path);
            switch (pinned)
            {
                case MapDescriptor:
                    var map = Bpf.GetMapInfo(pinned);
                    return new PinInfo(path, PinKind.Map, map.Name, map.Id);
                case ProgramDescriptor:
                    var program = Bpf.GetProgramInfo(pinned, ProgramInfoParts.Lines);
                    return new PinInfo(path, PinKind.Program, Inventory.WholeName(program), program.Id);
                case LinkDescriptor:
                    var link = Bpf.GetLinkInfo(pinned);
                    return new PinInfo(path, PinKind.Link, Inventory.FindProgram(link.ProgramId)?.Name ?? "", link.Id);
                default: return new PinInfo(path, PinKind.Other, "", 0);
            }
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <summary>Whether there is a pin, or a directory of pins.</summary>
    /// <param name="name">The name of the pin: see <see cref="PinPath"/>.</param>
    public static bool Exists(string name) => Path.Exists(PinPath.Of(name));

    /// <summary>
    /// Removes a pin, the pin of an attachment, or a directory. The kernel frees what nothing else holds.
    /// </summary>
    /// <param name="name">The name of the pin: see <see cref="PinPath"/>.</param>
    /// <param name="recurse">Whether to remove a directory with the pins in it.</param>
    /// <exception cref="KernelException">
    /// ENOENT: there is no such pin. EINVAL: it is in no BPF file system. ENOTEMPTY: it is a directory with pins.
    /// EACCES: its directory belongs to another user, or others may write to it.
    /// </exception>
    public static void Remove(string name, bool recurse = false)
    {
        var path = PinPath.Of(name);
        var operation = $"remove the pin '{path}'";
        if (!Directory.Exists(path) && !File.Exists(path))
            throw new KernelException(operation, Errno.ENOENT, "there is no such pin");
        // The directory that a BPF file system is mounted on is none of its pins.
        if (Path.GetDirectoryName(path) is not { } parent || !BpfFileSystem.Contains(parent))
            throw new KernelException(operation, Errno.EINVAL, "it is not in a BPF file system");
        var isAttachment = Directory.Exists(path) && ReadAttachment(path) is not null;
        using var directory = BpfDirectory.Lock(parent);
        if (!recurse && Directory.Exists(path) && !isAttachment && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new KernelException(
                operation, Errno.ENOTEMPTY, "it is a directory with pins", "Remove these first.")
            {
                Id = "PinDirectoryNotEmpty",
            };
        }

        directory.Remove(Path.GetFileName(path));
        if (parent.StartsWith(PinPath.Root + "/", StringComparison.Ordinal)) directory.RemoveIfEmpty();
    }

    // The directory of an attachment pins its program by this name.
    private static PinInfo? ReadAttachment(string directory)
    {
        var program = Path.Combine(directory, "program");
        return File.Exists(program) && Read(program) is { } pin
            ? pin with { Path = directory, Kind = PinKind.Attachment } : null;
    }

    private static IOrderedEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal);
}
