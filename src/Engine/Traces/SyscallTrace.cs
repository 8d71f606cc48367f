using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Traces;

/// <summary>
/// Tells of system calls as they are made, by tracepoints, and so without the kernel probes that some machines have not. It
/// goes on until it is disposed or the process ends.
/// </summary>
public sealed class SyscallTrace : IDisposable
{
    /// <summary>The name that stands for all system calls, without regard to which: their arguments are numbers then.</summary>
    public const string All = "*";

    // Of many system calls each is made seldom: they share the memory that a few would take.
    private const int Few = 16;
    private const int BufferSizeOfMany = 64 * 1024;
    private const int MostPending = 8192;
    private const int PendingOfMany = 1024;

    private readonly List<LoadedProgram> _programs = [];
    private readonly List<Attachment> _attachments = [];
    private EventStream? _events;

    private SyscallTrace()
    {
    }

    /// <summary>The system calls, as objects of classes that derive from <see cref="SyscallEvent"/>.</summary>
    public EventStream Events => _events!;

    /// <summary>What is attached: a tracepoint or two for each system call.</summary>
    public IReadOnlyList<Attachment> Attachments => _attachments;

    /// <summary>The number of the thread that asks, for <see cref="SyscallTraceOptions.ExceptThread"/>.</summary>
    public static int CurrentThread =>
        // The kernel's number, which .NET does not tell: the link leads to PID/task/TID.
        int.Parse(Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", false)!.FullName), CultureInfo.InvariantCulture);

    /// <summary>The names of the system calls that names and patterns stand for.</summary>
    /// <param name="names">Names, as the man pages have them, and <see cref="Wildcard"/> patterns of such; or <see cref="All"/>.</param>
    /// <returns>The names, each once; <see cref="All"/> alone where that is among those given.</returns>
    /// <exception cref="UnknownNameException">There is no such system call; names the nearest ones.</exception>
    public static IReadOnlyList<string> Resolve(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var found = new List<string>();
        foreach (var name in names)
        {
            if (name == All) return [All];
            var matching = Wildcard.IsPattern(name) ? Syscalls.Current.Match(name).ToList() : [Syscalls.Current[name].Name];
            if (matching.Count == 0) throw new UnknownNameException("system call", name, Syscalls.Current.Names);
            found.AddRange(matching);
        }

        return [.. found.Distinct()];
    }

    /// <summary>Begins to tell of system calls.</summary>
    /// <param name="names">Which: see <see cref="Resolve"/>.</param>
    /// <param name="options">Of which calls of them, and when; null for all when they begin.</param>
    /// <exception cref="UnknownNameException">There is no such system call; names the nearest ones.</exception>
    /// <exception cref="KernelException">EPERM, EACCES: no privilege, or the kernel is locked down.</exception>
    public static SyscallTrace Start(IEnumerable<string> names, SyscallTraceOptions? options = null)
    {
        var resolved = Resolve(names);
        Syscall?[] syscalls = resolved is [All] ? [null] : [.. resolved.Select(name => Syscalls.Current[name])];
        options ??= new();
        var isMany = syscalls.Length > Few;
        if (options.BufferSize == 0 && isMany) options = options with { BufferSize = BufferSizeOfMany };
        var programs = new SyscallPrograms(options, isMany ? PendingOfMany : MostPending);
        var trace = new SyscallTrace();
        try
        {
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
        // The kernel waits at each until no processor runs the program: together they wait as long as one.
        Parallel.ForEach(_attachments, attachment => attachment.Dispose());
        _events?.Dispose();
        foreach (var program in _programs) program.Dispose();
    }

    private void Begin(IEnumerable<Syscall?> syscalls, SyscallPrograms programs, bool isWhole)
    {
        var (telling, remembering) = (new List<LoadedProgram>(), new List<LoadedProgram>());
        foreach (var syscall in syscalls)
        {
            if (!isWhole)
            {
                telling.Add(Load(programs.Single(syscall)));
                continue;
            }

            var begin = Load(programs.Begin(syscall));
            remembering.Add(begin);
            telling.Add(Load(programs.End(syscall, begin.Maps[SyscallPrograms.Pending].ToDefinition())));
        }

        _events = new EventStream(telling, typeof(SyscallEvent), remembering.Select(program => program.Variables[SyscallPrograms.Missed]));
        // Ends first, so that no call waits for one that is not looked for.
        foreach (var program in telling.Concat(remembering)) _attachments.Add(TracepointAttachment.Attach(program, program.Definition!.Target!));
    }

    private LoadedProgram Load(ProgramDefinition definition)
    {
        var program = EbpfProgram.Load(definition);
        _programs.Add(program);
        return program;
    }
}
