namespace EbpfCat.Commands;

/// <summary>
/// A hook of <c>Trace-Ebpf -On</c>, written as a hashtable: <c>@{ Uprobe = 'libc.so.6:malloc'; Code = { … } }</c>. It
/// has one of the parameters of the cmdlet that say what to trace, in some cases with those that go with it.
/// </summary>
public sealed class TracedHook
{
    // The kernel takes some milliseconds for each, and a descriptor or more.
    private const int MaxTargets = 1024;

    /// <summary>The name that <c>$event.Hook</c> has in its program; null for that of the target.</summary>
    public string? Name { get; set; }

    /// <summary>The kernel script for this hook; null for the one that is for all hooks without one.</summary>
    public ScriptBlock? Code { get; set; }

    public string[] Tracepoint { get; set; } = [];
    public string[] RawTracepoint { get; set; } = [];
    public string[] Kprobe { get; set; } = [];
    public string[] Kretprobe { get; set; } = [];
    public string[] Uprobe { get; set; } = [];
    public string[] Uretprobe { get; set; } = [];
    public string? Path { get; set; }
    public string? Function { get; set; }
    public bool Return { get; set; }
    public string[] Usdt { get; set; } = [];
    public string[] Fentry { get; set; } = [];
    public string[] Fexit { get; set; } = [];
    public string[] Lsm { get; set; } = [];
    public PerfEventSource? PerfEvent { get; set; }
    public int Frequency { get; set; }
    public string[] Iterator { get; set; } = [];

    /// <summary>The targets, each with the name of its hook.</summary>
    /// <param name="processId">The process to trace; 0 for all.</param>
    internal IReadOnlyList<TracedTarget> Targets(int processId)
    {
        List<TracedTarget> found =
        [
            .. Match(nameof(Tracepoint), Tracepoint, name => new TracepointAttachOptions(name)),
            .. Match(nameof(RawTracepoint), RawTracepoint, name => new RawTracepointAttachOptions(name)),
            .. Each(nameof(Kprobe), Kprobe, name => new KprobeAttachOptions(name)),
            .. Each(nameof(Kretprobe), Kretprobe, name => new KprobeAttachOptions(name) { OnReturn = true }),
            .. Each(nameof(Uprobe), Uprobe, name => Probe(name, onReturn: false)),
            .. Each(nameof(Uretprobe), Uretprobe, name => Probe(name, onReturn: true)),
            .. Each(nameof(Usdt), Usdt, UsdtProbe),
            .. Match(nameof(Fentry), Fentry, name => new FentryAttachOptions(name) { Hook = ProgramHook.Fentry }),
            .. Match(nameof(Fexit), Fexit, name => new FentryAttachOptions(name) { Hook = ProgramHook.Fexit }),
            .. Match(nameof(Lsm), Lsm, name => new LsmAttachOptions(name)),
            .. Each(nameof(Iterator), Iterator, name => new IteratorAttachOptions(name) { ProcessId = processId }),
        ];
        if (Path is not null && Function is not null)
        {
            found.Add(new(Return ? nameof(Uretprobe) : nameof(Uprobe), Function, this,
                new UprobeAttachOptions(Path, Function) { OnReturn = Return, ProcessId = processId }));
        }

        if (PerfEvent is not null || Frequency > 0)
        {
            var source = PerfEvent ?? PerfEventSource.CpuClock;
            found.Add(new(nameof(PerfEvent), source.ToString(), this,
                new PerfEventAttachOptions { Source = source, Frequency = Frequency, ProcessId = processId }));
        }

        if (found.Count == 0)
        {
            throw new ArgumentException("A hook has one of Tracepoint, RawTracepoint, Kprobe, Kretprobe, Uprobe, "
                + "Uretprobe, Path and Function, Usdt, Fentry, Fexit, Lsm, PerfEvent, Frequency, Iterator.");
        }

        return found.Count <= MaxTargets
            ? found
            : throw new ArgumentException(
                $"These are {found.Count} hooks; a trace has at most {MaxTargets}: give a narrower pattern.");

        UprobeAttachOptions Probe(string text, bool onReturn)
        {
            var (file, symbol) = Split(text, "function");
            return new UprobeAttachOptions(file, symbol) { OnReturn = onReturn, ProcessId = processId };
        }

        UsdtAttachOptions UsdtProbe(string text)
        {
            var (file, probe) = Split(text, "provider:name");
            return new UsdtAttachOptions(file, probe) { ProcessId = processId };
        }
    }

    private IEnumerable<TracedTarget> Each(string kind, string[] names, Func<string, AttachOptions> options) =>
        names.Select(name => new TracedTarget(kind, name, this, options(name)));

    // One program for each of the targets that a pattern matches, since their fields differ.
    private IEnumerable<TracedTarget> Match(string kind, string[] names, Func<string, AttachOptions> options) =>
        Each(kind, [.. names.SelectMany(name => Expand(kind, name)).Distinct()], options);

    private static IEnumerable<string> Expand(string kind, string name)
    {
        if (!Wildcard.IsPattern(name)) return [name];
        var hook = HookTable.All.First(row => row.Kind == kind);
        string[] matching = [.. hook.TargetNames().Where(one => Wildcard.Matches(one, name)).Order()];
        return matching.Length > 0 ? matching : throw new UnknownNameException($"{hook.What} matching", name, []);
    }

    private static (string File, string Location) Split(string text, string form)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? (text[..colon], text[(colon + 1)..])
            : throw new ArgumentException($"'{text}' is not of the form path:{form}.");
    }
}

/// <summary>One target of a <see cref="TracedHook"/>.</summary>
/// <param name="Kind">The name of the parameter that takes it.</param>
/// <param name="Text">The target as it is written there.</param>
/// <param name="Options">The attachment.</param>
internal sealed record TracedTarget(string Kind, string Text, TracedHook Hook, AttachOptions Options)
{
    /// <summary>Whether the kernel filters by process; for other hooks a check is added to the program.</summary>
    public bool SelectsProcess =>
        Options is UprobeAttachOptions or UsdtAttachOptions or PerfEventAttachOptions or IteratorAttachOptions;

    /// <summary>The name given, or the target without its file or category.</summary>
    public string ShortName => Hook.Name ?? Text[(Text.LastIndexOfAny(['/', ':']) + 1)..];

    /// <summary>A name that no target of another kind or place has.</summary>
    public string LongName => Hook.Name ?? $"{Kind}:{Text}";

    /// <summary>The names of targets: the short ones where these differ.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<TracedTarget> targets)
    {
        var counts = targets.CountBy(one => one.ShortName).ToDictionary();
        return [.. targets.Select(one => counts[one.ShortName] == 1 ? one.ShortName : one.LongName)];
    }
}
