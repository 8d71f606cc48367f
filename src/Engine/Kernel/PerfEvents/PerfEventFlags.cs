namespace EbpfCat.Kernel;

/// <summary>Switches of a perf event: the bit fields of <c>struct perf_event_attr</c>.</summary>
[Flags]
internal enum PerfEventFlags : ulong
{
    None = 0,
    Disabled = 1 << 0, // It starts disabled
    Inherit = 1 << 1, // Children inherit it
    Pinned = 1 << 2, // It always has its counter
    Exclusive = 1 << 3, // It has the processor's counters alone
    ExcludeUser = 1 << 4, // User space does not count
    ExcludeKernel = 1 << 5, // The kernel does not count
    ExcludeHypervisor = 1 << 6, // The hypervisor does not count
    ExcludeIdle = 1 << 7, // Idling does not count
    Map = 1 << 8, // Executable mappings are recorded
    Name = 1 << 9, // Changes of a process name are recorded
    Frequency = 1 << 10, // The sample period is a frequency
    InheritStatistics = 1 << 11, // Counts are kept for each task
    EnableOnExecute = 1 << 12, // It is enabled by execve
    Task = 1 << 13, // Forks and exits are recorded
    Watermark = 1 << 14, // Wake-ups count bytes
    MapData = 1 << 17, // Data mappings are recorded
    SampleIdAll = 1 << 18, // Every record has the sample's ids
    MapDetails = 1 << 23, // Mappings are recorded with the inodes of their files
    NameByExecute = 1 << 24, // Records of names tell execve
    [Since(4, 1)] UseClockId = 1 << 25, // Time stamps are of the clock given
    [Since(4, 7)] WriteBackward = 1 << 27, // The buffer is written backwards
    [Since(5, 1)] BpfEvent = 1ul << 31, // Loading and unloading of programs is recorded
}
