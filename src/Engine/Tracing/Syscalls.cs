using System.Collections.Concurrent;

namespace EbpfCat.Tracing;

/// <summary>The system calls that can be traced here, by tracefs' tracepoints <c>syscalls/sys_enter_*</c>.</summary>
public sealed class Syscalls
{
    private const string Enter = "sys_enter_";
    private const string Exit = "sys_exit_";
    private static readonly MachineFact<Syscalls> OfThisMachine = new(() => new Syscalls(TraceFs.Current));

    private readonly TraceFs _tracing;
    private readonly Dictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Syscall> _known = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyDictionary<int, string>> _namesByNumber;

    internal Syscalls(TraceFs tracing)
    {
        _tracing = tracing;
        const string prefix = $"{TracepointFormat.SyscallCategory}/{Enter}";
        foreach (var tracepoint in tracing.Tracepoints)
        {
            if (!tracepoint.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var function = tracepoint[prefix.Length..];
            _functions[SyscallFacts.NamesByFunction.GetValueOrDefault(function, function)] = function;
        }

        Names = _functions.Keys.Order(StringComparer.Ordinal).ToArray();
        _namesByNumber = new(() => SyscallNumbers.Current.ToDictionary(pair => pair.Value, pair => pair.Key));
    }

    /// <summary>The system calls of this machine, read on first use.</summary>
    /// <exception cref="KernelException">Tracefs cannot be read, or has no tracepoints of system calls.</exception>
    public static Syscalls Current => OfThisMachine.Value;

    /// <summary>The names from the man pages, sorted.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The system call of a name.</summary>
    /// <param name="name">The name in the man page or the tracepoint.</param>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    /// <exception cref="KernelException">The kernel has no tracepoints for system calls.</exception>
    public Syscall this[string name]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            var proper = Resolve(name);
            return _known.TryGetValue(proper, out var found) ? found : _known[proper] = Read(proper);
        }
    }

    /// <summary>Whether there is a system call of a name.</summary>
    /// <param name="name">The name in the man page or the tracepoint.</param>
    public bool Contains(string name) => Find(name) is not null;

    /// <summary>The names that match a pattern.</summary>
    public IEnumerable<string> Match(string pattern) => Names.Where(name => Wildcard.Matches(name, pattern));

    /// <summary>The name of a number on this architecture, or null.</summary>
    /// <param name="number">The number, as <c>raw_syscalls/sys_enter</c> gives it.</param>
    public string? NameOf(int number) => _namesByNumber.Value.GetValueOrDefault(number);

    private string? Find(string name) =>
        _functions.ContainsKey(name) ? name
        : SyscallFacts.NamesByFunction.TryGetValue(name, out var proper) && _functions.ContainsKey(proper) ? proper
        : SyscallFacts.OtherNames.TryGetValue(name, out var other) && _functions.ContainsKey(other) ? other : null;

    private string Resolve(string name)
    {
        if (Find(name) is { } proper) return proper;
        if (_functions.Count == 0)
        {
            throw new KernelException(
                $"trace the system call '{name}'", Errno.ENOENT, "the kernel has no tracepoints for system calls",
                "Use a kernel built with CONFIG_FTRACE_SYSCALLS, or the tracepoint raw_syscalls/sys_enter.");
        }

        var remark = SyscallNumbers.Current.ContainsKey(name) ? "The kernel has it, but no tracepoint for it." : null;
        throw new UnknownNameException("system call", name, Names, remark: remark);
    }

    private Syscall Read(string name)
    {
        var function = _functions[name];
        return new Syscall(
            name, SyscallNumbers.Current.TryGetValue(name, out var number) ? number : null,
            _tracing.GetFormat($"{TracepointFormat.SyscallCategory}/{Enter}{function}"),
            _tracing.GetFormat($"{TracepointFormat.SyscallCategory}/{Exit}{function}"));
    }
}
