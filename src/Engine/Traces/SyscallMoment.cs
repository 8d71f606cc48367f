namespace EbpfCat.Traces;

/// <summary>When a system call is reported.</summary>
public enum SyscallMoment
{
    /// <summary>When it begins, with its arguments.</summary>
    Enter,
    /// <summary>When it ends, with its result.</summary>
    Exit,
    /// <summary>When it ends, with the arguments as they were at its begin, its result and its duration.</summary>
    Whole,
}
