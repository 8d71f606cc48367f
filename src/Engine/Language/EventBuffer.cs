namespace EbpfCat.Language;

/// <summary>What a program's output goes through on its way to user space.</summary>
public enum EventBuffer
{
    /// <summary>One buffer for all processors: records are written in place and keep their order (Linux 5.8).</summary>
    RingBuffer,
    /// <summary>A buffer for each processor, which records are copied to (Linux 4.4): for older kernels.</summary>
    PerfEventArray,
}
