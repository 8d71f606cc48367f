namespace EbpfCat.Traces;

/// <summary>When a system call is told of.</summary>
public enum SyscallMoment
{
    /// <summary>When it begins, with its arguments.</summary>
    Enter,

    /// <summary>When it ends, with what it returned.</summary>
    Exit,

    /// <summary>When it ends, with the arguments as they were when it began, what it returned and how long it took.</summary>
    Whole,
}
