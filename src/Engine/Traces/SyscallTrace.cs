namespace EbpfCat.Traces;

/// <summary>
/// Reports system calls by tracepoints: it needs no kernel probes, which some machines lack. It ends when it is
/// disposed or the process ends.
/// </summary>
[SupportedOSPlatform("linux")]
[RequiresDynamicCode(EventClass.RequiresDynamicCode)]
public sealed class SyscallTrace : IDisposable
{
    /// <summary>The name that stands for all system calls in one program. Their arguments are numbers.</summary>
    public const string All = "*";

    // Above this number of system calls, each gets a smaller map, and the buffer does not grow further.
    private const int ManySyscalls = 16;
    private const string Buffer = ".events";
    private const int DefaultPending = 8192;
    private const int PendingOfMany = 1024;

    /// <summary>
    /// The time by which calls of several names are delayed, to be sorted by their begin or end. With both
    /// (<see cref="SyscallMoment.Whole"/>) they come by their ends, without delay.
    /// </summary>
    public static readonly TimeSpan SortDelay = TimeSpan.FromMilliseconds(10);

    private readonly List<LoadedProgram> _programs = [];
    private readonly List<Attachment> _attachments = [];
    private readonly ProcessFilter _filter;
    private EventStream? _events;

    private SyscallTrace(ProcessFilter filter) => _filter = filter;

    /// <summary>The system calls, as objects derived from <see cref="SyscallEvent"/>.</summary>
    public EventStream Events => _events!;

    /// <summary>The attachments: one or two tracepoints for each system call.</summary>
    public IReadOnlyList<Attachment> Attachments => _attachments;

    /// <summary>
    /// The traced system calls that never return, if calls are to be reported at their end: these are reported at their
    /// begin, without result.
    /// </summary>
    public IReadOnlyList<string> NeverReturning { get; private set; } = [];

    /// <summary>The kernel's id of the current thread, for <see cref="ProcessTargets.ExceptThread"/>.</summary>
    public static int CurrentThread => ThreadIds.Current;

    /// <summary>Expands patterns of names.</summary>
    /// <param name="names">Names of the man pages, <see cref="Wildcard"/> patterns, or <see cref="All"/>.</param>
    /// <returns>The names, each once; <see cref="All"/> alone if it is among those given.</returns>
    /// <exception cref="UnknownNameException">There is no such system call; names the nearest ones.</exception>
    public static IReadOnlyList<string> Resolve(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var found = new List<string>();
        foreach (var name in names)
        {
            if (name == All) return (string[])[All];
            var matching = Wildcard.IsPattern(name)
                ? Syscalls.Current.Match(name).ToList() : [Syscalls.Current[name].Name];
            if (matching.Count == 0) throw new UnknownNameException("system call", name, Syscalls.Current.Names);
            found.AddRange(matching);
        }

        return found.Distinct().ToArray();
    }

    /// <summary>Starts a trace.</summary>
    /// <param name="names">The names of system calls: see <see cref="Resolve"/>.</param>
    /// <param name="options">Which calls to report, and when; null for all, when they begin.</param>
    /// <exception cref="UnknownNameException">There is no such name; names the nearest ones.</exception>
    /// <exception cref="KernelException">EPERM, EACCES: no privilege, or the kernel is locked down.</exception>
    public static SyscallTrace Start(IEnumerable<string> names, SyscallTraceOptions? options = null)
    {
        var resolved = Resolve(names);
        Syscall?[] syscalls = resolved is [All] ? [null] : [.. resolved.Select(name => Syscalls.Current[name])];
        options ??= new();
        var isMany = syscalls.Length > ManySyscalls;
        if (options.BufferSize == 0)
        {
            var size = ProgramDefinition.DefaultBufferSize * Math.Min(syscalls.Length, ManySyscalls);
            options = options with { BufferSize = size };
        }

        var filter = options.Resolve();
        var programs = new SyscallPrograms(options, filter, isMany ? PendingOfMany : DefaultPending);
        var trace = new SyscallTrace(filter);
        try
        {
            if (options.Moment != SyscallMoment.Enter)
                trace.NeverReturning = syscalls.Where(SyscallPrograms.NeverReturns).Select(one => one!.Name).ToArray();
            trace.Begin(syscalls, programs, options.Moment == SyscallMoment.Whole);
            return trace;
        }
        catch
        {
            trace.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each detaching waits until no processor runs the program; in parallel they take as long as one.
        Parallel.ForEach(_attachments, attachment => attachment.Dispose());
        _events?.Dispose();
        foreach (var program in _programs) program.Dispose();
        _filter.Dispose();
    }

    private void Begin(IEnumerable<Syscall?> syscalls, SyscallPrograms programs, bool isWhole)
    {
        var (reporting, remembering) = (new List<LoadedProgram>(), new List<LoadedProgram>());
        foreach (var syscall in syscalls)
        {
            if (!programs.IsRemembered(syscall))
            {
                reporting.Add(Load(programs.Single(syscall), _filter.Start()));
                continue;
            }

            var begin = Load(programs.Begin(syscall), _filter.Start());
            remembering.Add(begin);
            var pending = begin.Maps[SyscallPrograms.Pending].ToDefinition();
            reporting.AddRange(programs.Ends(syscall, pending).Select(end => Load(end)));
        }

        var missed = remembering.Select(program => program.Variables[SyscallPrograms.Missed]);
        // One buffer has the calls in the order of their reports, which at their ends is not that of their times.
        var delay = reporting.Count > 1 && !isWhole ? SortDelay : TimeSpan.Zero;
        _events = new EventStream(reporting, typeof(SyscallEvent), missed, delay);
        // The ends are attached first, so that every call that is remembered is also seen to end.
        foreach (var program in reporting.Concat(remembering))
            _attachments.Add(TracepointAttachment.Attach(program));
    }

    private LoadedProgram Load(ProgramDefinition definition, LoadOptions? options = null)
    {
        var compiled = EbpfProgram.Compile(definition, [], _programs.Count);
        var first = compiled.Events is null ? null : _programs.Find(one => one.Maps.ContainsKey(Buffer));
        if (first is not null)
        {
            options ??= new();
            var shared = new Dictionary<string, LiveMap>(options.SharedMaps) { [Buffer] = first.Maps[Buffer] };
            options = options with { SharedMaps = shared };
        }

        var program = ProgramLoader.Load(compiled, options);
        _programs.Add(program);
        return program;
    }
}
