namespace EbpfCat.Attachments;

/// <summary>Finds the files that uprobes are put on.</summary>
internal static class TracedFile
{
    /// <summary>The path of a program or library, by which this process can open it.</summary>
    /// <param name="name">A path, or a name as <see cref="SharedLibraries.Resolve"/> takes it.</param>
    /// <param name="processId">
    /// The process that is to be traced, 0 for all: what it has mapped by this name goes before what is installed, and
    /// a path means what it means to that process, which may have another root.
    /// </param>
    /// <exception cref="UnknownNameException">There is none; names the nearest ones.</exception>
    public static string Find(string name, int processId)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (processId == 0) return SharedLibraries.Resolve(name);
        var root = HasOwnRoot(processId) ? $"/proc/{processId}/root" : "";
        if (name.Contains('/', StringComparison.Ordinal)) return SharedLibraries.Resolve(root + Path.GetFullPath(name));
        var mapped = ProcessMaps.TryRead(processId)?.Mappings
            .Where(one => one is { IsFile: true, IsExecutable: true, IsDeleted: false })
            .FirstOrDefault(one => IsNamed(Path.GetFileName(one.Path), name));
        return mapped is null ? SharedLibraries.Resolve(name) : root + mapped.Path;
    }

    /// <summary>Refuses a process that there is none of.</summary>
    public static void RequireProcess(int processId, string operation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(processId);
        if (processId != 0 && !Directory.Exists($"/proc/{processId}"))
            throw new KernelException(operation, Errno.ESRCH, $"there is no process {processId}");
    }

    private static bool IsNamed(string file, string name) => file == name
        || ((file.StartsWith(name + ".", StringComparison.Ordinal)
            || file.StartsWith($"lib{name}.", StringComparison.Ordinal))
            && file.Contains(".so", StringComparison.Ordinal));

    private static bool HasOwnRoot(int processId)
    {
        var own = new FileInfo("/proc/self/ns/mnt").LinkTarget;
        var other = new FileInfo($"/proc/{processId}/ns/mnt").LinkTarget;
        return other is not null && (other != own
            || new FileInfo($"/proc/{processId}/root").LinkTarget != new FileInfo("/proc/self/root").LinkTarget);
    }
}
