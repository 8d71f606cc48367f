namespace EbpfCat.Kernel;

/// <summary>Switches of a perf event: the bit fields of <c>struct perf_event_attr</c>.</summary>
[Flags]
public enum PerfEventFlags : ulong
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>It starts disabled.</summary>
    Disabled = 1 << 0,

    /// <summary>Children inherit it.</summary>
    Inherit = 1 << 1,

    /// <summary>It always has its counter.</summary>
    Pinned = 1 << 2,

    /// <summary>It has the processor's counters alone.</summary>
    Exclusive = 1 << 3,

    /// <summary>User space does not count.</summary>
    ExcludeUser = 1 << 4,

    /// <summary>The kernel does not count.</summary>
    ExcludeKernel = 1 << 5,

    /// <summary>The hypervisor does not count.</summary>
    ExcludeHypervisor = 1 << 6,

    /// <summary>Idling does not count.</summary>
    ExcludeIdle = 1 << 7,

    /// <summary>Executable mappings are recorded.</summary>
    Map = 1 << 8,

    /// <summary>Changes of a process name are recorded.</summary>
    Name = 1 << 9,

    /// <summary>The sample period is a frequency.</summary>
    Frequency = 1 << 10,

    /// <summary>Counts are kept for each task.</summary>
    InheritStatistics = 1 << 11,

    /// <summary>It is enabled by execve.</summary>
    EnableOnExecute = 1 << 12,

    /// <summary>Forks and exits are recorded.</summary>
    Task = 1 << 13,

    /// <summary>Wake-ups count bytes.</summary>
    Watermark = 1 << 14,

    /// <summary>Data mappings are recorded.</summary>
    MapData = 1 << 17,

    /// <summary>Every record has the sample's ids.</summary>
    SampleIdAll = 1 << 18,

    /// <summary>Time stamps are of the clock given.</summary>
    [Since(4, 1)]
    UseClockId = 1 << 25,

    /// <summary>The buffer is written backwards.</summary>
    [Since(4, 7)]
    WriteBackward = 1 << 27,

    /// <summary>Loading and unloading of programs is recorded.</summary>
    [Since(5, 1)]
    BpfEvent = 1ul << 31,
}
