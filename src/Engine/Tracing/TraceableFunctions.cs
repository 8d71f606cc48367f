namespace EbpfCat.Tracing;

/// <summary>
/// The kernel functions that can be probed: from the kernel's list if it is readable (<c>available_filter_functions</c>
/// of tracefs, CONFIG_DYNAMIC_FTRACE), otherwise from its symbols, some of which the kernel can refuse.
/// </summary>
public sealed class TraceableFunctions
{
    private static readonly MachineFact<TraceableFunctions> OfThisMachine = new(Load);

    private const string SyscallPrefix = "sys_";

    private readonly HashSet<string> _set;

    private TraceableFunctions(IReadOnlyList<string> names, bool isExact)
    {
        (Names, IsExact) = (names, isExact);
        _set = new HashSet<string>(names, StringComparer.Ordinal);
    }

    /// <summary>The functions of this machine, read on first use.</summary>
    /// <exception cref="KernelException">Neither the list nor the symbols can be read.</exception>
    public static TraceableFunctions Current => OfThisMachine.Value;

    /// <summary>The distinct names, in the kernel's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether the names come from the kernel's list.</summary>
    public bool IsExact { get; }

    /// <summary>Reads the current functions: modules come and go.</summary>
    /// <exception cref="KernelException">Neither the list nor the symbols can be read.</exception>
    public static TraceableFunctions Load()
    {
        var list = TraceFs.FindMounted() is { } path
            && KernelFile.TryRead($"{path}/available_filter_functions", out var text) == Errno.None
                ? Parse(text) : [];
        return list.Count > 0
            ? new TraceableFunctions(list, isExact: true)
            : new TraceableFunctions(
                [.. KernelSymbols.Current.FunctionNames.Distinct(StringComparer.Ordinal)], isExact: false);
    }

    /// <summary>Whether there is a function of a name.</summary>
    public bool Contains(string name) => _set.Contains(name);

    /// <summary>
    /// The function of a name. The kernel's name of a system call differs between processors: <c>sys_bind</c> stands
    /// for <c>__x64_sys_bind</c> or its like.
    /// </summary>
    internal static string Resolve(string name)
    {
        if (!name.StartsWith(SyscallPrefix, StringComparison.Ordinal) || Wildcard.IsPattern(name)) return name;
        var wrapper = Registers.Current.SyscallWrapper + name[SyscallPrefix.Length..];
        return !Current.Contains(name) && Current.Contains(wrapper) ? wrapper : name;
    }

    /// <summary>The names that match a pattern.</summary>
    public IEnumerable<string> Match(string pattern) => Names.Where(name => Wildcard.Matches(name, pattern));

    /// <summary>Throws if no function has a name.</summary>
    /// <exception cref="UnknownNameException">There is no such function; the message names similar ones.</exception>
    public void Require(string name)
    {
        if (Contains(name)) return;
        var isSymbol = KernelSymbols.Current.Find(name) is not null;
        throw new UnknownNameException(
            "kernel function", name, Names,
            remark: isSymbol ? "The kernel has a symbol of this name, but it cannot be traced." : null);
    }

    // A line is the name and, for a function of a module, the module in brackets.
    internal static IReadOnlyList<string> Parse(ReadOnlySpan<byte> text)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            var end = line.IndexOfAny((byte)' ', (byte)'\t');
            var name = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
            if (name.Length > 0 && !name.StartsWith("__ftrace_invalid_address__", StringComparison.Ordinal) &&
                seen.Add(name))
            {
                names.Add(name);
            }
        }

        return names;
    }
}
