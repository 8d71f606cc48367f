namespace EbpfCat.Attachments;

/// <summary>The processes of this machine, by <c>/proc</c> (proc(5)).</summary>
public static class Processes
{
    /// <summary>Their names, as the kernel has them: of at most 15 bytes.</summary>
    public static IEnumerable<string> Names => All.Select(one => one.Name).Distinct();

    /// <summary>Id, name and parent of each.</summary>
    internal static IEnumerable<(int Id, string Name, int Parent)> All
    {
        get
        {
            foreach (var directory in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)) continue;
                string status;
                try
                {
                    status = File.ReadAllText($"{directory}/stat");
                }
                catch (IOException)
                {
                    continue;
                }

                // proc_pid_stat(5): id (name) state parent. The name may contain anything.
                var (start, end) = (status.IndexOf('(', StringComparison.Ordinal), status.LastIndexOf(')'));
                var parent = status[(end + 2)..].Split(' ')[1];
                yield return (id, status[(start + 1)..end], int.Parse(parent, CultureInfo.InvariantCulture));
            }
        }
    }
}
