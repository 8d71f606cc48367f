using System.Collections.Concurrent;

namespace EbpfCat.Tracing;

/// <summary>
/// The kernel's tracing file system: tracepoints and the formats of their records
/// (<c>Documentation/trace/ftrace.rst</c>). Reads are cached.
/// </summary>
public sealed class TraceFs
{
    /// <summary>The usual mount point.</summary>
    public const string DefaultPath = "/sys/kernel/tracing";

    private static readonly MachineFact<TraceFs> OfThisMachine = new(Open);

    private readonly ConcurrentDictionary<string, TracepointFormat> _formats = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _tracepoints;

    internal TraceFs(string path) => Path = path;

    /// <summary>The tracing file system of this machine, found or mounted on first use.</summary>
    /// <exception cref="KernelException">
    /// The file system is not mounted and cannot be mounted. EPERM: CAP_SYS_ADMIN is missing. ENODEV: the kernel has no
    /// tracing. The next call tries again.
    /// </exception>
    public static TraceFs Current => OfThisMachine.Value;

    /// <summary>The mount point.</summary>
    public string Path { get; }

    /// <summary>All tracepoints, as <c>category/name</c>, in the kernel's order.</summary>
    /// <exception cref="KernelException">They cannot be read: no privilege, or the kernel is locked down.</exception>
    public IReadOnlyList<string> Tracepoints => _tracepoints ??= ReadTracepoints();

    /// <summary>The categories of the tracepoints, sorted.</summary>
    public IReadOnlyList<string> Categories => Tracepoints
        .Select(name => name[..name.IndexOf('/', StringComparison.Ordinal)])
        .Distinct()
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>Finds the mount point of the tracing file system, or mounts it at <see cref="DefaultPath"/>.</summary>
    /// <exception cref="KernelException">The file system cannot be mounted.</exception>
    public static TraceFs Open()
    {
        if (FindMounted() is { } path) return new TraceFs(path);
        if (Libc.Mount("tracefs", DefaultPath, "tracefs", 0, "") == 0) return new TraceFs(DefaultPath);
        var error = Libc.LastErrno;
        var operation = $"mount the tracing file system on '{DefaultPath}'";
        throw error is Errno.ENODEV or Errno.ENOENT
            ? new KernelException(
                operation, error, "the kernel has no tracing",
                "Use a kernel built with CONFIG_FTRACE and CONFIG_EVENT_TRACING.")
            : KernelFile.Refuse(operation, error, Capability.SysAdmin);
    }

    /// <summary>
    /// The tracepoints that match a pattern: of <c>category/name</c> if the pattern has a slash, else of the name
    /// alone.
    /// </summary>
    public IEnumerable<string> Match(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var hasCategory = pattern.Contains('/', StringComparison.Ordinal);
        return Tracepoints.Where(name =>
            Wildcard.Matches(
                hasCategory ? name : name.AsSpan(name.IndexOf('/', StringComparison.Ordinal) + 1), pattern));
    }

    /// <summary>The format of a tracepoint's record.</summary>
    /// <param name="tracepoint">
    /// <c>category/name</c>; <c>category:name</c>, as perf and bpftrace write it; or a name that only one category has.
    /// </param>
    /// <exception cref="UnknownNameException">
    /// There is no such tracepoint, and the message names similar ones; or several categories have one of this name.
    /// </exception>
    /// <exception cref="KernelException">The format cannot be read.</exception>
    public TracepointFormat GetFormat(string tracepoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(tracepoint);
        if (_formats.TryGetValue(tracepoint, out var known)) return known;
        var (category, name) = Resolve(tracepoint);
        var error = KernelFile.TryRead(FormatPath(category, name), out var text);
        if (error == Errno.ENOENT) throw Unknown(tracepoint);
        if (error != Errno.None) throw Refuse($"read the format of the tracepoint '{tracepoint}'", error);
        return _formats[tracepoint] = TracepointFormat.Parse(category, text);
    }

    /// <summary>The exception for a file of the tracing file system that cannot be read or written.</summary>
    /// <param name="operation">The operation, as the message says it after "cannot".</param>
    /// <param name="capability">The capability that the operation needs.</param>
    internal static KernelException Refuse(
        string operation, Errno error, Capability capability = Capability.DacOverride) =>
        // A lockdown at boot leaves the file system empty (ENOENT). A later lockdown makes opening its files fail.
        (error == Errno.ENOENT ? Lockdown.Explain(operation, error, LockdownMode.Confidentiality) : null)
            ?? KernelFile.Refuse(operation, error, capability);

    /// <summary>The mount point from the process's mount table, or null if it is not mounted.</summary>
    internal static string? FindMounted()
    {
        string? found = null;
        foreach (var line in Encoding.UTF8.GetString(KernelFile.Read("/proc/self/mounts")).Split('\n'))
        {
            if (line.Split(' ') is not [_, var path, "tracefs", ..]) continue;
            if (path == DefaultPath) return path;
            found ??= path;
        }

        // debugfs mounts the tracing file system when this directory is accessed.
        return found ?? (Directory.Exists("/sys/kernel/debug/tracing/events") ? "/sys/kernel/debug/tracing" : null);
    }

    private string FormatPath(string category, string name) => $"{Path}/events/{category}/{name}/format";

    private (string Category, string Name) Resolve(string tracepoint)
    {
        var slash = tracepoint.AsSpan().IndexOfAny('/', ':');
        if (slash < 0)
        {
            var suffix = "/" + tracepoint;
            var matches = Tracepoints.Where(each => each.EndsWith(suffix, StringComparison.Ordinal)).Take(2).ToArray();
            if (matches.Length != 1) throw Unknown(tracepoint);
            return (matches[0][..^suffix.Length], tracepoint);
        }

        var (category, name) = (tracepoint[..slash], tracepoint[(slash + 1)..]);
        return IsName(category) && IsName(name) ? (category, name) : throw Unknown(tracepoint);
    }

    // Refuses names such as "..", which would make the path leave the events directory.
    private static bool IsName(string text) =>
        text.Length > 0 && text[0] != '.' && !text.AsSpan().ContainsAny('/', '\0');

    private UnknownNameException Unknown(string tracepoint)
    {
        var name = tracepoint.Replace(':', '/');
        if (name.Contains('/', StringComparison.Ordinal)) return new("tracepoint", tracepoint, Tracepoints);
        var matches = Tracepoints.Where(each => each.EndsWith("/" + name, StringComparison.Ordinal)).ToArray();
        var remark = $"Several categories have a tracepoint of this name: {string.Join(", ", matches)}.";
        if (matches.Length > 0) return new("tracepoint", tracepoint, [], remark: remark);
        return new("tracepoint", tracepoint,
            Tracepoints.Select(each => each[(each.IndexOf('/', StringComparison.Ordinal) + 1)..]));
    }

    private string[] ReadTracepoints()
    {
        var list = $"{Path}/available_events";
        var error = KernelFile.TryRead(list, out var text);
        if (error != Errno.None) throw Refuse($"read '{list}'", error);
        var names = Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < names.Length; i++)
        {
            var colon = names[i].IndexOf(':', StringComparison.Ordinal);
            names[i] = string.Concat(names[i].AsSpan(0, colon), "/", names[i].AsSpan(colon + 1));
        }

        return names;
    }
}
