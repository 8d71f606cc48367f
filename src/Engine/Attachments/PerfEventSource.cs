namespace EbpfCat.Attachments;

/// <summary>What makes a profile sample: an event of the processor or of the kernel (perf_event_open(2)).</summary>
public enum PerfEventSource
{
    /// <summary>Time on the processor's clock, by a timer; there on every machine.</summary>
    CpuClock,
    /// <summary>Time that tasks run.</summary>
    TaskClock,
    /// <summary>Cycles of the processor, by its counters, which virtual machines often lack.</summary>
    Cycles,
    /// <summary>Instructions finished.</summary>
    Instructions,
    /// <summary>Accesses to the last cache.</summary>
    CacheReferences,
    /// <summary>Misses of the last cache.</summary>
    CacheMisses,
    /// <summary>Branches.</summary>
    Branches,
    /// <summary>Branches guessed wrongly.</summary>
    BranchMisses,
    /// <summary>Page faults.</summary>
    PageFaults,
    /// <summary>Switches from task to task.</summary>
    ContextSwitches,
    /// <summary>Moves of tasks to another processor.</summary>
    Migrations,
    /// <summary>Page faults that read from storage.</summary>
    MajorFaults,
}
