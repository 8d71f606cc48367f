namespace EbpfCat.Language;

/// <summary>The buffer between a program's output and user space.</summary>
public enum EventBuffer
{
    /// <summary>One buffer for all processors: records are written in place and keep their order (Linux 5.8).</summary>
    RingBuffer,
    /// <summary>
    /// A buffer for each processor, to which records are copied (BPF_MAP_TYPE_PERF_EVENT_ARRAY, Linux 4.4): for older
    /// kernels, or if processors must not share one.
    /// </summary>
    PerfEventArray,
}
