namespace EbpfCat.Kernel;

/// <summary>A system call that the kernel refused: what was asked, the error, its cause and the remedy.</summary>
public class KernelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="operation">What was asked, to follow "cannot": <c>create the Hash map 'flows'</c>.</param>
    /// <param name="cause">Why it was refused, where more is known than the error number says.</param>
    /// <param name="remedy">What to do about it: whole sentences.</param>
    /// <param name="missingCapabilities">The capabilities that the process lacks.</param>
    /// <param name="requiredVersion">The first kernel that has what was asked, if the running one is older.</param>
    /// <param name="lockdown">The mode of kernel lockdown that forbids what was asked.</param>
    public KernelException(
        string operation, Errno errno, string? cause = null, string? remedy = null,
        IReadOnlyList<Capability>? missingCapabilities = null, Version? requiredVersion = null,
        LockdownMode lockdown = LockdownMode.None)
        : base(Describe(operation, errno, cause, remedy))
    {
        Operation = operation;
        Errno = errno;
        Cause = cause;
        Remedy = remedy;
        MissingCapabilities = missingCapabilities ?? [];
        RequiredVersion = requiredVersion;
        Lockdown = lockdown;
    }

    /// <summary>What was asked, to follow "cannot".</summary>
    public string Operation { get; }

    /// <summary>The error number.</summary>
    public Errno Errno { get; }

    /// <summary>Why it was refused, where more is known than the error number says.</summary>
    public string? Cause { get; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; }

    /// <summary>The capabilities that the process lacks for the operation, where that is the cause.</summary>
    public IReadOnlyList<Capability> MissingCapabilities { get; }

    /// <summary>The first version of Linux that has what was asked, where the running kernel is older.</summary>
    public Version? RequiredVersion { get; }

    /// <summary>A stable name of the kind of error; null for those that only the error number tells apart.</summary>
    public string? Id { get; init; }

    /// <summary>The names and numbers that the remedy is about, in the order that the id fixes.</summary>
    public IReadOnlyList<object> Arguments { get; init; } = [];

    /// <summary>The mode that the kernel is locked down in, where that is the cause; else none.</summary>
    public LockdownMode Lockdown { get; }

    private static string Describe(string operation, Errno errno, string? cause, string? remedy)
    {
        var error = errno == Errno.ENOTSUPP ? "Operation not supported" : Marshal.GetPInvokeErrorMessage((int)errno);
        var message = cause is null
            ? $"Cannot {operation}: {error} ({errno})." : $"Cannot {operation}: {cause} ({errno}, {error}).";
        return remedy is null ? message : $"{message} {remedy}";
    }
}
