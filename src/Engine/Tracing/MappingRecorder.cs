namespace EbpfCat.Tracing;

/// <summary>
/// Records which code processes map, as the kernel reports it (perf_event_open(2): PERF_RECORD_MMAP2, COMM and FORK),
/// so that stacks of processes that have ended can be resolved. It works while at least one user holds it.
/// </summary>
internal sealed class MappingRecorder : IDisposable
{
    private const int RingSize = 128 * 1024;
    private const uint Software = 1; // PERF_TYPE_SOFTWARE
    private const ulong Dummy = 9; // PERF_COUNT_SW_DUMMY
    private const ulong SampleTime = 4; // PERF_SAMPLE_TIME

    // A ring takes about a thousand records.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly Lock Access = new();
    private static MappingRecorder? _current;
    private static int _users;

    private readonly List<PerfRing> _rings = [];
    private readonly Timer _timer;
    private readonly Symbolizer _symbolizer;

    private MappingRecorder(Symbolizer symbolizer)
    {
        _symbolizer = symbolizer;
        try
        {
            foreach (var processor in Processors.Online) Open(processor);
        }
        catch
        {
            _rings.ForEach(ring => ring.Dispose());
            throw;
        }

        // What runs already is read once, not on the caller's time.
        _timer = new Timer(Update, new StrongBox<bool>(), TimeSpan.Zero, Interval);
    }

    /// <summary>Starts to record, unless somebody else has.</summary>
    /// <returns>Ends the recording with the last user; null if the kernel refuses to record.</returns>
    public static IDisposable? Use()
    {
        lock (Access)
        {
            try
            {
                _current ??= new MappingRecorder(Symbolizer.Shared);
            }
            catch (KernelException)
            {
                return null;
            }

            _users++;
            return new User();
        }
    }

    /// <summary>Takes the records since the last call, in the order of their times.</summary>
    public static IReadOnlyList<MappingRecord> Take()
    {
        lock (Access) return _current?.Drain() ?? [];
    }

    public void Dispose()
    {
        _timer.Dispose();
        _rings.ForEach(ring => ring.Dispose());
    }

    private void Update(object? state)
    {
        var hasRead = (StrongBox<bool>)state!;
        if (hasRead.Value)
        {
            _symbolizer.Update();
            return;
        }

        hasRead.Value = true;
        _symbolizer.RememberAll();
    }

    private void Open(int processor)
    {
        var attributes = new PerfEventAttributes
        {
            Type = Software,
            Config = Dummy,
            SampleType = SampleTime,
            Flags = PerfEventFlags.Map | PerfEventFlags.MapDetails | PerfEventFlags.Name | PerfEventFlags.NameByExecute
                | PerfEventFlags.Task | PerfEventFlags.SampleIdAll,
        };
        var perfEvent = PerfEvent.Open(attributes, -1, processor, $"the record of mappings on processor {processor}");
        _rings.Add(new PerfRing(perfEvent, processor, RingSize));
    }

    private List<MappingRecord> Drain()
    {
        var records = new List<MappingRecord>();
        foreach (var ring in _rings)
        {
            ring.Drain((type, misc, body) =>
            {
                if (MappingRecord.Read(type, misc, body) is { } record) records.Add(record);
            });
        }

        records.Sort((left, right) => left.Time.CompareTo(right.Time));
        return records;
    }

    private sealed class User : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            MappingRecorder? ended = null;
            lock (Access)
            {
                if (_isDisposed) return;
                _isDisposed = true;
                if (--_users == 0) (ended, _current) = (_current, null);
            }

            ended?.Dispose();
        }
    }
}
