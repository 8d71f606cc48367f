namespace EbpfCat.Tracing;

/// <summary>The memory mappings of a process at the time of reading (<c>/proc/PID/maps</c>).</summary>
public sealed class ProcessMaps
{
    private const string DeletedMark = " (deleted)";

    private ProcessMaps(int processId, IReadOnlyList<ProcessMapping> mappings) =>
        (ProcessId, Mappings) = (processId, mappings);

    /// <summary>The process.</summary>
    public int ProcessId { get; }

    /// <summary>The mappings in the order of their addresses.</summary>
    public IReadOnlyList<ProcessMapping> Mappings { get; }

    /// <summary>Reads the mappings of a process; there are none if it has ended or is a kernel thread.</summary>
    /// <exception cref="KernelException">ESRCH, ENOENT: the process ended. EACCES: it is another user's.</exception>
    public static ProcessMaps Read(int processId) =>
        Parse(processId, KernelFile.Read($"/proc/{Number(processId)}/maps"));

    /// <summary>Reads the mappings of a process, or returns null if they cannot be read.</summary>
    public static ProcessMaps? TryRead(int processId) =>
        KernelFile.TryRead($"/proc/{Number(processId)}/maps", out var text) == Errno.None
        ? Parse(processId, text) : null;

    /// <summary>The mapping that contains an address, or null.</summary>
    public ProcessMapping? Find(ulong address)
    {
        var (low, high) = (0, Mappings.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Mappings[middle].End <= address) low = middle + 1;
            else high = middle;
        }

        return low < Mappings.Count && Mappings[low].Contains(address) ? Mappings[low] : null;
    }

    /// <summary>The mappings that hold code.</summary>
    internal ProcessMaps OnlyCode() => new(ProcessId, Mappings.Where(each => each.IsExecutable).ToArray());

    /// <summary>The same mappings, of a process that was forked from this one.</summary>
    internal ProcessMaps Of(int processId) => new(processId, Mappings);

    /// <summary>The mappings after one more, which replaces those that it overlaps.</summary>
    internal ProcessMaps With(ProcessMapping added) => new(ProcessId,
    [
        .. Mappings.Where(each => each.End <= added.Start), added, .. Mappings.Where(each => each.Start >= added.End),
    ]);

    /// <summary>No mappings, as of a process that begins to execute a program.</summary>
    internal static ProcessMaps Empty(int processId) => new(processId, []);

    internal static ProcessMaps Parse(int processId, ReadOnlySpan<byte> text)
    {
        var mappings = new List<ProcessMapping>();
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Five words, then spaces, then the path, which can contain spaces.
            var words = line.Split(' ', 6);
            var dash = words[0].IndexOf('-', StringComparison.Ordinal);
            var path = words.Length > 5 ? words[5].TrimStart(' ').Replace("\\012", "\n", StringComparison.Ordinal) : "";
            var isDeleted = path.EndsWith(DeletedMark, StringComparison.Ordinal);
            mappings.Add(new ProcessMapping(
                Hexadecimal(words[0].AsSpan(0, dash)), Hexadecimal(words[0].AsSpan(dash + 1)), words[1],
                Hexadecimal(words[2]), words[3], ulong.Parse(words[4], CultureInfo.InvariantCulture),
                isDeleted ? path[..^DeletedMark.Length] : path, isDeleted));
        }

        return new ProcessMaps(processId, mappings);
    }

    private static ulong Hexadecimal(ReadOnlySpan<char> text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
