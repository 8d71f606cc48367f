using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Programs;

/// <summary>Pins of programs and maps in BPF file systems: finding, opening and removing them.</summary>
public static class Pins
{
    /// <summary>Where the BPF file system is mounted by convention: <c>/sys/fs/bpf</c>.</summary>
    public const string DefaultDirectory = BpfFileSystem.DefaultPath;

    /// <summary>The path of a pin.</summary>
    /// <param name="name">A path; or a name without <c>/</c>, which is then below <c>/sys/fs/bpf</c>.</param>
    /// <exception cref="ArgumentException">A part has a dot, which the BPF file system refuses; or the name is empty.</exception>
    public static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = name.Contains('/', StringComparison.Ordinal)
            ? Path.GetFullPath(name).TrimEnd('/')
            : $"{BpfFileSystem.DefaultPath}/{name}";
        return Path.GetFileName(path).Contains('.', StringComparison.Ordinal)
            ? throw new ArgumentException($"'{name}' is no name for a pin: the BPF file system takes none with a dot.")
            : path;
    }

    /// <summary>Makes sure that there is a directory to pin in, and mounts the BPF file system where it is missing.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>Whether the directory is new.</returns>
    /// <exception cref="KernelException">EINVAL: it is in no BPF file system.</exception>
    public static bool MakeDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var path = Path.GetFullPath(directory);
        var isUsual = path == BpfFileSystem.DefaultPath || path.StartsWith(BpfFileSystem.DefaultPath + "/", StringComparison.Ordinal);
        if (isUsual && !BpfFileSystem.Contains(BpfFileSystem.DefaultPath)) BpfFileSystem.Mount(BpfFileSystem.DefaultPath);
        var present = path;
        while (!Directory.Exists(present)) present = Path.GetDirectoryName(present)!;
        if (!BpfFileSystem.Contains(present))
        {
            throw new KernelException(
                $"pin in '{directory}'", Errno.EINVAL, $"'{present}' is not in a BPF file system",
                $"Use a path below {BpfFileSystem.DefaultPath}.");
        }

        if (present == path) return false;
        Directory.CreateDirectory(path);
        return true;
    }

    /// <summary>The maps pinned in a directory, to be disposed, with the names they are pinned by.</summary>
    /// <param name="directory">The directory: see <see cref="LoadedProgram.PinMaps"/>.</param>
    /// <exception cref="KernelException">ENOENT: there are none.</exception>
    public static IReadOnlyList<LiveMap> OpenMaps(string directory)
    {
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

    /// <summary>All pins in a directory and those below it, by path; what cannot be opened is left out.</summary>
    /// <param name="directory">The directory.</param>
    public static IEnumerable<PinInfo> In(string directory)
    {
        if (!Directory.Exists(directory)) return [];
        if (ReadAttachment(directory) is { } attachment) return [attachment];
        return Files(directory).Select(Read).OfType<PinInfo>()
            .Concat(Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal).SelectMany(In));
    }

    /// <summary>What a path keeps; null where nothing is pinned there, it is a directory of pins, or it cannot be opened.</summary>
    /// <param name="path">The path.</param>
    public static PinInfo? Read(string path)
    {
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
                default:
                    return new PinInfo(path, PinKind.Other, "", 0);
            }
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <summary>Removes a pin, or a directory with all pins in it. What nothing else holds, the kernel frees.</summary>
    /// <param name="path">The path, in a BPF file system.</param>
    /// <exception cref="KernelException">ENOENT: there is nothing. EINVAL: it is in no BPF file system.</exception>
    public static void Remove(string path)
    {
        var isDirectory = Directory.Exists(path);
        if (!isDirectory && !File.Exists(path))
            throw new KernelException($"remove the pin '{path}'", Errno.ENOENT, "there is no such pin");
        if (!BpfFileSystem.Contains(isDirectory ? path : Path.GetDirectoryName(path)!))
            throw new KernelException($"remove the pin '{path}'", Errno.EINVAL, "it is not in a BPF file system");
        if (isDirectory) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }

    // The BPF file system takes no dots.
    internal static string FileName(string name) => name.Replace('.', '_').Replace('/', '_');

    // The directory of an attachment has its program under this name.
    private static PinInfo? ReadAttachment(string directory)
    {
        var program = Path.Combine(directory, "program");
        return File.Exists(program) && Read(program) is { } pin ? pin with { Path = directory, Kind = PinKind.Attachment } : null;
    }

    private static IOrderedEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal);
}
