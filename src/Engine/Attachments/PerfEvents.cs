namespace EbpfCat.Attachments;

/// <summary>
/// Opens perf events (perf_event_open(2)) and runs programs when they happen: by a link since Linux 5.15, before by
/// ioctl(2), which lasts as long as the descriptor of the event.
/// </summary>
internal static unsafe class PerfEvents
{
    // PERF_TYPE_* of linux/perf_event.h; others are numbered by the kernel in /sys/bus/event_source/devices.
    public const uint Hardware = 0;
    public const uint Software = 1;
    public const uint Tracepoint = 2;

    private const int MaxPrograms = 64; // BPF_TRACE_PROG_MAX_ENTRIES of kernel/trace/bpf_trace.c
    private const string Devices = "/sys/bus/event_source/devices";

    /// <summary>Whether programs are attached to perf events by links, which carry cookies.</summary>
    public static bool HasLinks =>
        !AttachmentHandle.AvoidsLinks && KernelFacts.RunningVersion >= KernelFacts.Since(BpfAttachType.PerfEvent);

    /// <summary>Opens the event of a tracepoint, which fires on every processor.</summary>
    /// <param name="id">The tracepoint's number in tracefs.</param>
    /// <param name="processId">The process it counts in; 0 for all.</param>
    /// <param name="what">The name of the event, for messages.</param>
    public static PerfEvent OpenTracepoint(int id, int processId, string what) =>
        Open(new PerfEventAttributes { Type = Tracepoint, Config = (ulong)id, SamplePeriod = 1 }, processId, what);

    /// <summary>Opens the event of a probe on a function of the kernel or a place in a file.</summary>
    /// <param name="probe">The kind of event source: <c>kprobe</c>, <c>uprobe</c>.</param>
    /// <param name="target">The function's name, or the file's path.</param>
    /// <param name="offset">How far into it the probe stands, in bytes.</param>
    /// <param name="onReturn">Whether it fires on return.</param>
    /// <param name="semaphoreOffset">The file offset of the counter of tracers (USDT semaphore), or 0.</param>
    /// <param name="processId">The process it fires in; 0 for all.</param>
    /// <param name="what">The name of the event, for messages.</param>
    /// <returns>The event; null where the kernel has no such source.</returns>
    public static PerfEvent? OpenProbe(
        string probe, string target, ulong offset, bool onReturn, ulong semaphoreOffset, int processId, string what)
    {
        if (AttachmentHandle.AvoidsLinks || Number($"{Devices}/{probe}/type") is not { } type) return null;
        // The kernel tells the bits of the configuration: "config:0", "config:32-63".
        var config = onReturn ? 1ul << (Number($"{Devices}/{probe}/format/retprobe") ?? 0) : 0;
        if (semaphoreOffset != 0)
            config |= semaphoreOffset << (Number($"{Devices}/{probe}/format/ref_ctr_offset") ?? 32);
        fixed (byte* name = Text.ToCString(target))
        {
            var attributes = new PerfEventAttributes
            {
                Type = (uint)type,
                Config = config,
                Config1 = (ulong)name,
                Config2 = offset,
                SamplePeriod = 1,
            };
            return Open(attributes, processId, what);
        }
    }

    /// <summary>Runs a program whenever an event happens, from now on.</summary>
    /// <param name="handle">Takes over the event and the link.</param>
    /// <param name="perfEvent">The event, not yet enabled.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</param>
    public static void Attach(AttachmentHandle handle, LoadedProgram program, PerfEvent perfEvent, ulong cookie = 0)
    {
        handle.Add(perfEvent);
        if (cookie != 0)
        {
            LinkAttachment.RequireLinux(
                KernelFacts.Since(BpfAttachType.PerfEvent)!, $"attach the program '{program.Name}'", "a cookie");
        }

        try
        {
            if (HasLinks) handle.Add(Bpf.CreatePerfEventLink(program.Descriptor, perfEvent, cookie));
            else perfEvent.SetProgram(program.Descriptor);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.E2BIG)
        {
            throw new KernelException(
                $"attach the program '{program.Name}'", refusal.Errno,
                $"{MaxPrograms} programs are attached to this event, and the kernel allows no more",
                "Detach one of them, or put the code of several into one.");
        }

        perfEvent.Enable();
    }

    // The event starts disabled, so that none is lost before the program is attached.
    private static PerfEvent Open(PerfEventAttributes attributes, int processId, string what)
    {
        attributes.Flags |= PerfEventFlags.Disabled;
        return processId > 0
            ? PerfEvent.Open(attributes, processId, -1, what)
            : PerfEvent.Open(attributes, -1, Processors.Online[0], what);
    }

    // The first number in a file, or null where there is no such file.
    private static int? Number(string path)
    {
        if (!File.Exists(path)) return null;
        var digits = File.ReadAllText(path).SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit);
        return int.Parse(string.Concat(digits), CultureInfo.InvariantCulture);
    }
}
