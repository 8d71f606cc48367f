namespace EbpfCat.Kernel;

/// <summary>What the lockdown of the running kernel forbids.</summary>
internal static class Lockdown
{
    private const string File = "/sys/kernel/security/lockdown";

    /// <summary>
    /// The mode in force. None too where that cannot be found out: securityfs is not mounted, or the kernel has no
    /// lockdown. It is asked each time: the mode can be raised while the kernel runs.
    /// </summary>
    public static LockdownMode Mode
    {
        get
        {
            try
            {
                return Parse(System.IO.File.ReadAllText(File));
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                return LockdownMode.None;
            }
        }
    }

    /// <summary>The exception for what lockdown forbids; null where the mode in force does not.</summary>
    /// <param name="operation">What was asked, to follow "cannot".</param>
    /// <param name="forbidding">The first mode that forbids it.</param>
    internal static KernelException? Explain(string operation, Errno errno, LockdownMode forbidding) =>
        Mode is var mode && mode >= forbidding
            ? new KernelException(operation, errno, Cause(mode), Remedy, lockdown: mode) : null;

    /// <summary>Says that a mode is in force.</summary>
    internal static string Cause(LockdownMode mode) => $"kernel lockdown is in mode '{NameOf(mode)}'";

    /// <summary>What can be done about it.</summary>
    internal const string Remedy = "Lockdown is set at boot (lockdown=, Secure Boot) or later, forbids it to root too, "
        + "and is not lifted while the kernel runs.";

    // All modes are listed, the one in force in brackets.
    internal static LockdownMode Parse(string modes)
    {
        var chosen = modes.Split('[', ']') is [_, var name, ..] ? name : "";
        return Enum.GetValues<LockdownMode>().FirstOrDefault(mode => NameOf(mode) == chosen);
    }

    private static string NameOf(LockdownMode mode) => mode switch
    {
        LockdownMode.Integrity => "integrity",
        LockdownMode.Confidentiality => "confidentiality",
        _ => "none",
    };
}
