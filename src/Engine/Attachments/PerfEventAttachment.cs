namespace EbpfCat.Attachments;

/// <summary>
/// A program that runs on each sample of a profile (Linux 4.9): on every processor, or in one process. By links since
/// Linux 5.15, before by perf events.
/// </summary>
public sealed class PerfEventAttachment : LinkAttachment
{
    /// <summary>The default number of samples a second: no divisor of the rates of regular timers.</summary>
    public const int DefaultFrequency = 99;

    // PERF_COUNT_HW_* and PERF_COUNT_SW_* of linux/perf_event.h
    private static readonly Dictionary<PerfEventSource, (uint Type, ulong Event)> Sources = new()
    {
        [PerfEventSource.Cycles] = (PerfEvents.Hardware, 0),
        [PerfEventSource.Instructions] = (PerfEvents.Hardware, 1),
        [PerfEventSource.CacheReferences] = (PerfEvents.Hardware, 2),
        [PerfEventSource.CacheMisses] = (PerfEvents.Hardware, 3),
        [PerfEventSource.Branches] = (PerfEvents.Hardware, 4),
        [PerfEventSource.BranchMisses] = (PerfEvents.Hardware, 5),
        [PerfEventSource.CpuClock] = (PerfEvents.Software, 0),
        [PerfEventSource.TaskClock] = (PerfEvents.Software, 1),
        [PerfEventSource.PageFaults] = (PerfEvents.Software, 2),
        [PerfEventSource.ContextSwitches] = (PerfEvents.Software, 3),
        [PerfEventSource.Migrations] = (PerfEvents.Software, 4),
        [PerfEventSource.MajorFaults] = (PerfEvents.Software, 6),
    };

    private PerfEventAttachment(LoadedProgram program, PerfEventAttachOptions options, AttachmentHandle handle)
        : base(program, options, options.Target, handle) => (Source, ProcessId) = (options.Source, options.ProcessId);

    /// <summary>The event that is sampled.</summary>
    public PerfEventSource Source { get; }

    /// <summary>The process it samples; 0 for all.</summary>
    public int ProcessId { get; }

    /// <summary>Attaches a program to the samples of a profile.</summary>
    /// <exception cref="KernelException">
    /// ENOENT, EOPNOTSUPP: the processor does not count this event. ESRCH: no such process. EINVAL: the frequency is
    /// too high. EACCES, EPERM: no privilege.
    /// </exception>
    public static PerfEventAttachment Attach(LoadedProgram program, PerfEventAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var operation = options.Operation(program);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Frequency);
        if (options is { Frequency: > 0, Period: > 0 })
            throw new ArgumentException("A frequency excludes a period.", nameof(options));
        TracedFile.RequireProcess(options.ProcessId, operation);
        if (options.Processor is { } one && !Processors.Online.Contains(one))
            throw new KernelException(operation, Errno.ENODEV, $"there is no processor {one} running");

        var (type, number) = Sources[options.Source];
        var frequency = options.Frequency > 0 ? options.Frequency : DefaultFrequency;
        var attributes = new PerfEventAttributes
        {
            Type = type,
            Config = number,
            SamplePeriod = options.Period > 0 ? options.Period : (ulong)frequency,
            Flags = PerfEventFlags.Disabled | (options.Period > 0 ? 0 : PerfEventFlags.Frequency)
                | (options.ProcessId > 0 ? PerfEventFlags.Inherit : 0),
        };
        var handle = AttachmentHandle.Build(handle =>
        {
            foreach (var (thread, processor) in Places(options.ProcessId, options.Processor))
            {
                if (Open(attributes, thread, processor, options, operation) is { } perfEvent)
                    PerfEvents.Attach(handle, program, perfEvent);
            }
        });
        return Complete(new PerfEventAttachment(program, options, handle), options);
    }

    // The event of all processes counts on one processor. The event of a thread follows it to every processor.
    private static IEnumerable<(int Thread, int Processor)> Places(int processId, int? processor) => processId == 0
        ? Processors.Online.Where(one => processor is null || one == processor).Select(one => (-1, one))
        : Directory.EnumerateDirectories($"/proc/{processId}/task")
            .Select(path => (int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), processor ?? -1));

    // Null if the thread has ended.
    private static PerfEvent? Open(
        PerfEventAttributes attributes, int thread, int processor, PerfEventAttachOptions options, string operation)
    {
        try
        {
            return PerfEvent.Open(attributes, thread, processor, $"the perf event {options.Source}");
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ESRCH && options.ProcessId > 0)
        {
            return null;
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENOENT or Errno.EOPNOTSUPP or Errno.ENODEV)
        {
            throw new KernelException(
                operation, refusal.Errno, "the processor does not count this event, as in many virtual machines",
                "Sample the CpuClock.");
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EINVAL && options.Period == 0)
        {
            throw new KernelException(
                operation, refusal.Errno, "the frequency is higher than the kernel allows",
                "See kernel.perf_event_max_sample_rate.");
        }
    }
}

/// <summary>Attaches a program of type PerfEvent to the samples of a profile.</summary>
public sealed record PerfEventAttachOptions : AttachOptions
{
    /// <summary>The event that is sampled.</summary>
    public PerfEventSource Source { get; init; } = PerfEventSource.CpuClock;

    /// <summary>
    /// Samples a second on each processor, at most <c>kernel.perf_event_max_sample_rate</c>; 0 for
    /// <see cref="PerfEventAttachment.DefaultFrequency"/>, or where a period is given.
    /// </summary>
    public int Frequency { get; init; }

    /// <summary>Events between two samples; of clocks, nanoseconds. 0 where a frequency is given.</summary>
    public ulong Period { get; init; }

    /// <summary>The process to sample, with its threads and the processes it starts; 0 for all processes.</summary>
    public int ProcessId { get; init; }

    /// <summary>The processor to sample on; null for all that are online.</summary>
    public int? Processor { get; init; }

    public override string Description => $"samples of {Source}";

    internal override HookInfo Row => HookTable.PerfEvent;

    internal override string Target
    {
        get
        {
            var frequency = Frequency > 0 ? Frequency : PerfEventAttachment.DefaultFrequency;
            var rate = Period > 0 ? $"every {Period}" : $"{frequency} Hz";
            return ProcessId == 0 ? $"{Source} {rate}" : $"{Source} {rate} of {ProcessId}";
        }
    }

    public override PerfEventAttachment Attach(LoadedProgram program) => PerfEventAttachment.Attach(program, this);

    internal override PerfEventAttachOptions For(ProgramDefinition? definition) => this;
}
