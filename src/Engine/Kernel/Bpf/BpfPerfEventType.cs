namespace EbpfCat.Kernel;

/// <summary>What the perf event of a link is (<c>enum bpf_perf_event_type</c>, Linux 6.6).</summary>
public enum BpfPerfEventType : uint
{
    /// <summary>Not told.</summary>
    Unspecified,

    /// <summary>A uprobe.</summary>
    Uprobe,

    /// <summary>A uretprobe.</summary>
    Uretprobe,

    /// <summary>A kprobe.</summary>
    Kprobe,

    /// <summary>A kretprobe.</summary>
    Kretprobe,

    /// <summary>A tracepoint.</summary>
    Tracepoint,

    /// <summary>A hardware or software event.</summary>
    Event,
}
