namespace EbpfCat.Kernel;

/// <summary>The kind of the perf event of a link (<c>enum bpf_perf_event_type</c>, Linux 6.6).</summary>
internal enum BpfPerfEventType : uint
{
    Unspecified,
    Uprobe, // A uprobe
    Uretprobe, // A uretprobe
    Kprobe, // A kprobe
    Kretprobe, // A kretprobe
    Tracepoint, // A tracepoint
    Event, // A hardware or software event
}
