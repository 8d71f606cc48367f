namespace EbpfCat.Kernel;

/// <summary>What to count, sample or probe: <c>struct perf_event_attr</c> (perf_event_open(2)), 136 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerfEventAttributes
{
    /// <summary>
    /// The kind: <c>PERF_TYPE_*</c> (hardware 0, software 1, tracepoint 2, hardware cache 3, raw 4, breakpoint 5), or
    /// the number in <c>/sys/bus/event_source/devices/*/type</c> (kprobe, uprobe).
    /// </summary>
    public uint Type;

    /// <summary>The size of this structure in bytes; filled in when opening.</summary>
    public uint Size;
    /// <summary>The event: the id of a tracepoint; of a kprobe or uprobe 1 to probe the return.</summary>
    public ulong Config;
    /// <summary>
    /// The number of events between samples, or of samples a second (<see cref="PerfEventFlags.Frequency"/>).
    /// </summary>
    public ulong SamplePeriod;
    /// <summary>What a sample holds: <c>PERF_SAMPLE_*</c>; 1024 (raw) for the output of programs.</summary>
    public ulong SampleType;
    /// <summary>What read(2) gives: <c>PERF_FORMAT_*</c>.</summary>
    public ulong ReadFormat;
    public PerfEventFlags Flags;
    /// <summary>
    /// The number of events after which waiting threads wake, or of bytes (<see cref="PerfEventFlags.Watermark"/>).
    /// </summary>
    public uint WakeupEvents;
    public uint BreakpointType;
    /// <summary>A pointer to a function's name (kprobe) or file's path (uprobe), or a breakpoint's address.</summary>
    public ulong Config1;
    /// <summary>The offset in bytes (kprobe, uprobe), a kprobe's address, or a breakpoint's length.</summary>
    public ulong Config2;
    public ulong BranchSampleType;
    public ulong SampleRegistersUser;
    public uint SampleStackUser;
    /// <summary>The clock of time stamps, with <see cref="PerfEventFlags.UseClockId"/>.</summary>
    public int ClockId;
    public ulong SampleRegistersInterrupt;
    public uint AuxiliaryWatermark;
    public ushort SampleMaxStack;
    public ushort Reserved;
    public uint AuxiliarySampleSize;
    public uint Reserved2;
    /// <summary>The data of a signal (Linux 5.13).</summary>
    public ulong SignalData;
    /// <summary>More of the event (Linux 6.3).</summary>
    public ulong Config3;
}
