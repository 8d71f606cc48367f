namespace EbpfCat.Attachments;

/// <summary>Finds the processes that hold links, by their open descriptors (proc_pid_fdinfo(5)).</summary>
internal static class LinkHolders
{
    private const string Entry = "link_id:";

    /// <summary>The processes by the links they hold, without those that this process may not inspect.</summary>
    public static ILookup<uint, int> Find() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture,
            out var id) ? id : 0)
        .Where(id => id > 0)
        .SelectMany(id => HeldBy(id).Distinct().Select(link => (Link: link, Process: id)))
        .ToLookup(held => held.Link, held => held.Process);

    private static List<uint> HeldBy(int process)
    {
        var held = new List<uint>();
        try
        {
            foreach (var path in Directory.EnumerateFiles($"/proc/{process}/fd"))
            {
                // Programs and maps have this name too; only a link has the entry in fdinfo.
                if (new FileInfo(path).LinkTarget?.StartsWith("anon_inode:bpf", StringComparison.Ordinal) != true)
                    continue;
                var line = File.ReadLines($"/proc/{process}/fdinfo/{Path.GetFileName(path)}")
                    .FirstOrDefault(line => line.StartsWith(Entry, StringComparison.Ordinal));
                if (line is not null)
                {
                    held.Add(uint.Parse(line.AsSpan(Entry.Length).Trim(), NumberStyles.None,
                    CultureInfo.InvariantCulture));
                }
            }
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or belongs to another user.
        }

        return held;
    }
}
