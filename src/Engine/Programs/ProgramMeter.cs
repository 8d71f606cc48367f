using System.Diagnostics;

namespace EbpfCat.Programs;

/// <summary>
/// Measures how often and how long programs run, whoever loaded them. The kernel counts runs while this is open (Linux
/// 5.8, CAP_SYS_ADMIN), which costs each run of each program some nanoseconds.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ProgramMeter : IDisposable
{
    private readonly FileDescriptor _statistics = Bpf.EnableStatistics();
    private readonly Dictionary<uint, (ulong Runs, TimeSpan Time)> _before = [];
    private long _since;

    /// <summary>Begins to measure.</summary>
    /// <param name="programs">The ids of the programs.</param>
    /// <exception cref="KernelException">EPERM: no privilege. EINVAL: the kernel is too old.</exception>
    public ProgramMeter(IEnumerable<uint> programs)
    {
        ArgumentNullException.ThrowIfNull(programs);
        foreach (var id in programs.Distinct())
        {
            if (Inventory.FindProgram(id) is { } info) _before[id] = (info.RunCount, info.RunTime);
        }

        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// What the programs used since the last call, or the beginning; those that are gone are left out.
    /// </summary>
    public IReadOnlyList<ProgramUse> Take()
    {
        var now = Stopwatch.GetTimestamp();
        var interval = Stopwatch.GetElapsedTime(_since, now);
        _since = now;
        var uses = new List<ProgramUse>();
        foreach (var (id, (runs, time)) in _before.ToList())
        {
            if (Inventory.FindProgram(id) is not { } info) continue;
            _before[id] = (info.RunCount, info.RunTime);
            uses.Add(new ProgramUse
            {
                Id = id,
                Name = info.Name,
                Type = (ProgramType)info.Type,
                Interval = interval,
                RunCount = info.RunCount - runs,
                RunTime = info.RunTime - time,
            });
        }

        return uses;
    }

    /// <summary>Ends the measurement: the kernel stops to count, unless somebody else wants it.</summary>
    public void Dispose() => _statistics.Dispose();
}

/// <summary>What a program used of a processor in an interval.</summary>
public sealed record ProgramUse
{
    /// <summary>The number that the kernel knows it by.</summary>
    public uint Id { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The program type.</summary>
    public ProgramType Type { get; init; }

    /// <summary>The length of the interval.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>The number of runs that ended in it, on all processors.</summary>
    public ulong RunCount { get; init; }

    /// <summary>How long they took together.</summary>
    public TimeSpan RunTime { get; init; }

    /// <summary>How long one took, on average; 0 without a run.</summary>
    public double NanosecondsPerRun => RunCount == 0 ? 0 : RunTime.TotalNanoseconds / RunCount;

    /// <summary>The share of one processor; more than 100 on several.</summary>
    public double CpuPercent => Interval == TimeSpan.Zero ? 0 : RunTime / Interval * 100;
}
