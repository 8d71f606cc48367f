namespace EbpfCat.Attachments;

/// <summary>
/// Defines probes through tracefs (<c>kprobe_events</c>, <c>uprobe_events</c>), on kernels without the event sources
/// <c>kprobe</c> and <c>uprobe</c> (before Linux 4.17). A probe stays until it is removed.
/// </summary>
internal static unsafe class ProbeEvents
{
    private const string Group = "ebpfcat";

    // O_WRONLY | O_APPEND | O_CLOEXEC; O_TRUNC would remove everybody's probes.
    private const int WriteToEnd = 1 | 0x400 | 0x80000;

    private static int _count;

    /// <summary>Defines a probe and opens its event.</summary>
    /// <param name="handle">Removes the probe when it detaches.</param>
    /// <param name="file">The file that takes definitions: <c>kprobe_events</c>.</param>
    /// <param name="place">The place, as that file takes it.</param>
    /// <param name="onReturn">Whether it fires on return.</param>
    /// <param name="processId">The process it fires in; 0 for all.</param>
    /// <param name="what">The name of the event, for messages.</param>
    /// <returns>The event; null where the kernel takes no such definitions.</returns>
    public static PerfEvent? Define(AttachmentHandle handle, string file, string place, bool onReturn, int processId,
        string what)
    {
        var path = $"{TraceFs.Current.Path}/{file}";
        if (!File.Exists(path))
        {
            var locked = Lockdown.Explain($"define {what}", Errno.EPERM, LockdownMode.Confidentiality);
            return locked is null ? null : throw locked;
        }

        var number = Interlocked.Increment(ref _count);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Group}/probe_{Environment.ProcessId}_{number}");
        var error = Write(path, $"{(onReturn ? 'r' : 'p')}:{name} {place}");
        if (error != Errno.None) throw TraceFs.Refuse($"define {what}", error, Capability.PerfMon);
        // Removing fails while another process traces the probe.
        handle.Undo(() => _ = Write(path, $"-:{name}"));
        var id = File.ReadAllText($"{TraceFs.Current.Path}/events/{name}/id");
        return PerfEvents.OpenTracepoint(int.Parse(id, CultureInfo.InvariantCulture), processId, what);
    }

    private static Errno Write(string path, string definition)
    {
        var number = Libc.Open(path, WriteToEnd);
        if (number < 0) return Libc.LastErrno;
        using var descriptor = new FileDescriptor(number);
        var bytes = Text.ToCString(definition + "\n");
        fixed (byte* pointer = bytes)
            return Libc.Write(number, pointer, (nuint)bytes.Length - 1) < 0 ? Libc.LastErrno : Errno.None;
    }
}
