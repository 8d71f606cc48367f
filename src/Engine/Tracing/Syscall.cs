namespace EbpfCat.Tracing;

/// <summary>A system call in tracefs: its tracepoints and its arguments.</summary>
public sealed class Syscall
{
    internal Syscall(string name, int? number, TracepointFormat enter, TracepointFormat exit)
    {
        (Name, Number, Enter, Exit) = (name, number, enter, exit);
        Arguments = enter.SyscallArguments
            .Select((field, index) => SyscallFacts.Describe(name, field, index)).ToArray();
    }

    /// <summary>The name from its man page: <c>openat</c>, <c>stat</c> (<c>newstat</c> in its tracepoint).</summary>
    public string Name { get; }

    /// <summary>
    /// The number on this architecture, as in the field <c>id</c> of the tracepoint <c>raw_syscalls/sys_enter</c>; null
    /// for a system call that is newer than this library.
    /// </summary>
    public int? Number { get; }

    /// <summary>The tracepoint on entry, whose fields are the arguments.</summary>
    public TracepointFormat Enter { get; }

    /// <summary>The tracepoint on exit, whose field <c>ret</c> is the result: a negative errno on failure.</summary>
    public TracepointFormat Exit { get; }

    /// <summary>The arguments in order.</summary>
    public IReadOnlyList<SyscallArgument> Arguments { get; }

    /// <summary>The field of <see cref="Exit"/> that holds the result.</summary>
    public TracepointField Result => Exit["ret"];

    /// <summary>The type of the result: a signed number of 64 bits.</summary>
    public EbpfType ReturnType => Result.Type;

    /// <summary>The argument of a name.</summary>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public SyscallArgument this[string name] =>
        Arguments.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("argument", name, Arguments.Select(each => each.Name), $"of {Name}");
}
