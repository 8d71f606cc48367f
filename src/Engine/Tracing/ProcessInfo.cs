namespace EbpfCat.Tracing;

/// <summary>Information on a process or thread from <c>/proc/PID</c> (proc_pid_stat(5), proc_pid_status(5)).</summary>
/// <param name="Id">The number that the kernel knows it by.</param>
/// <param name="Name">Its name, of at most 15 bytes: what <c>$process.Name</c> is.</param>
/// <param name="ParentId">Its parent; 0 if there is none.</param>
/// <param name="NamespaceId">Its id in its own PID namespace.</param>
/// <param name="StartTime">
/// Its start in clock ticks since boot, which tells it from a later process with the same id.
/// </param>
public sealed record ProcessInfo(
    int Id, string Name, int ParentId, uint UserId, uint GroupId, int NamespaceId, ulong StartTime)
{
    /// <summary>Information on a process, or null if it does not exist.</summary>
    public static ProcessInfo? Read(int id)
    {
        var directory = $"/proc/{id.ToString(CultureInfo.InvariantCulture)}";
        if (KernelFile.TryRead($"{directory}/stat", out var stat) != Errno.None
            || KernelFile.TryRead($"{directory}/status", out var status) != Errno.None)
        {
            return null;
        }

        // The name is in parentheses and can contain any character, including parentheses.
        var text = Encoding.UTF8.GetString(stat);
        var (open, close) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
        var rest = text[(close + 2)..].Split(' ');
        var lines = Encoding.UTF8.GetString(status).Split('\n');
        return new ProcessInfo(
            id, text[(open + 1)..close], Number(rest[1]), (uint)Word(lines, "Uid:", 2), (uint)Word(lines, "Gid:", 2),
            (int)Word(lines, "NSpid:", ^1), ulong.Parse(rest[19], CultureInfo.InvariantCulture));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static long Word(string[] lines, string key, Index index)
    {
        var line = Array.Find(lines, each => each.StartsWith(key, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split('\t')[index], CultureInfo.InvariantCulture);
    }
}
