using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>A system call as tracefs shows it: its tracepoints and its arguments.</summary>
public sealed class Syscall
{
    internal Syscall(string name, int? number, TracepointFormat enter, TracepointFormat exit)
    {
        (Name, Number, Enter, Exit) = (name, number, enter, exit);
        Arguments = [.. enter.SyscallArguments.Select((field, index) => SyscallFacts.Describe(name, field, index))];
    }

    /// <summary>The name, as its man page has it: <c>openat</c>, <c>stat</c> (whose tracepoint says <c>newstat</c>).</summary>
    public string Name { get; }

    /// <summary>
    /// The number on this processor, as the field <c>id</c> of the tracepoint <c>raw_syscalls/sys_enter</c> has it; null
    /// for one that is newer than this library.
    /// </summary>
    public int? Number { get; }

    /// <summary>The tracepoint on entry, whose fields are the arguments.</summary>
    public TracepointFormat Enter { get; }

    /// <summary>The tracepoint on exit, whose field <c>ret</c> is the result: an errno below 0 on failure.</summary>
    public TracepointFormat Exit { get; }

    /// <summary>The arguments in order.</summary>
    public IReadOnlyList<SyscallArgument> Arguments { get; }

    /// <summary>The field of <see cref="Exit"/> that holds the result.</summary>
    public TracepointField Result => Exit["ret"];

    /// <summary>The type of the result: a signed number of 64 bits.</summary>
    public EbpfType ReturnType => Result.Type;

    /// <summary>The argument of a name.</summary>
    /// <param name="name">The name; case does not count.</param>
    /// <exception cref="UnknownNameException">There is none; names the nearest ones.</exception>
    public SyscallArgument this[string name] =>
        Arguments.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("argument", name, Arguments.Select(each => each.Name), $"of {Name}");
}
