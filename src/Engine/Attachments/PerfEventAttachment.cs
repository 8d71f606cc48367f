using System.Globalization;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program that runs on each sample of a profile (Linux 4.9): on every processor, or in one process. By links since Linux
/// 5.15, before by perf events.
/// </summary>
public sealed class PerfEventAttachment : HookAttachment
{
    internal const string KindName = "PerfEvent";

    /// <summary>How many samples a second are taken where nothing is said: no divisor of what else happens regularly.</summary>
    public const int UsualFrequency = 99;

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

    private PerfEventAttachment(LoadedProgram program, bool ownsProgram, string target, PerfEventSource source, int processId, Hold hold)
        : base(program, ownsProgram, target, hold) => (Source, ProcessId) = (source, processId);

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>What makes it take a sample.</summary>
    public PerfEventSource Source { get; }

    /// <summary>The process it samples; 0 for all.</summary>
    public int ProcessId { get; }

    /// <summary>Attaches a program to the samples of a profile.</summary>
    /// <param name="program">The program, of type PerfEvent.</param>
    /// <param name="source">What makes it take a sample.</param>
    /// <param name="frequency">
    /// How many samples a second and processor, at most <c>kernel.perf_event_max_sample_rate</c>; 0 for
    /// <see cref="UsualFrequency"/>, or where a period is given.
    /// </param>
    /// <param name="period">A sample every so many events: of clocks, nanoseconds. 0 where a frequency is given.</param>
    /// <param name="processId">The process to sample, with its threads and those it makes later; 0 for all.</param>
    /// <param name="processor">The number of the processor to sample on; null for all that run.</param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">
    /// ENOENT, EOPNOTSUPP: the processor does not count this event. ESRCH: no such process. EINVAL: the frequency is too high.
    /// EACCES, EPERM: no privilege.
    /// </exception>
    public static PerfEventAttachment Attach(
        LoadedProgram program,
        PerfEventSource source = PerfEventSource.CpuClock,
        int frequency = 0,
        ulong period = 0,
        int processId = 0,
        int? processor = null,
        string? pin = null,
        bool ownsProgram = false)
    {
        var operation = Check(program, ProgramType.PerfEvent, $"samples of {source}");
        ArgumentOutOfRangeException.ThrowIfNegative(frequency);
        if (frequency > 0 && period > 0) throw new ArgumentException("Give a frequency or a period.", nameof(period));
        TracedFile.RequireProcess(processId, operation);
        if (processor is { } one && !Processors.Online.Contains(one))
            throw new KernelException(operation, Errno.ENODEV, $"there is no processor {one} running");
        var (type, number) = Sources[source];
        var attributes = new PerfEventAttributes
        {
            Type = type,
            Config = number,
            SamplePeriod = period > 0 ? period : frequency > 0 ? (ulong)frequency : UsualFrequency,
            Flags = PerfEventFlags.Disabled | (period > 0 ? 0 : PerfEventFlags.Frequency)
                | (processId > 0 ? PerfEventFlags.Inherit : 0),
        };
        var hold = Hold.Build(hold =>
        {
            foreach (var (thread, cpu) in Places(processId, processor))
            {
                if (Open(attributes, thread, cpu, source, operation, mayBeGone: processId > 0) is { } perfEvent)
                    PerfEvents.Attach(hold, program, perfEvent);
            }
        });
        var rate = period > 0 ? $"every {period}" : $"{attributes.SamplePeriod} Hz";
        var target = processId == 0 ? $"{source} {rate}" : $"{source} {rate} of {processId}";
        return Complete(new PerfEventAttachment(program, ownsProgram, target, source, processId, hold), pin);
    }

    // An event in all processes is of one processor; one of a thread follows it from processor to processor.
    private static IEnumerable<(int Thread, int Processor)> Places(int processId, int? processor) => processId == 0
        ? Processors.Online.Where(one => processor is null || one == processor).Select(one => (-1, one))
        : Directory.EnumerateDirectories($"/proc/{processId}/task")
            .Select(path => (int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), processor ?? -1));

    private static PerfEvent? Open(
        PerfEventAttributes attributes, int thread, int processor, PerfEventSource source, string operation, bool mayBeGone)
    {
        try
        {
            return PerfEvent.Open(attributes, thread, processor, $"the perf event {source}");
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ESRCH && mayBeGone)
        {
            return null;
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENOENT or Errno.EOPNOTSUPP or Errno.ENODEV)
        {
            throw new KernelException(
                operation, refusal.Errno, "the processor does not count this event, as in many virtual machines",
                "Sample the CpuClock.");
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EINVAL && attributes.Flags.HasFlag(PerfEventFlags.Frequency))
        {
            throw new KernelException(
                operation, refusal.Errno, "the frequency is beyond what the kernel takes",
                "See kernel.perf_event_max_sample_rate.");
        }
    }
}
