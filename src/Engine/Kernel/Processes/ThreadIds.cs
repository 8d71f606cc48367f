namespace EbpfCat.Kernel;

/// <summary>The kernel's ids of threads.</summary>
internal static class ThreadIds
{
    /// <summary>The id of the calling thread in its PID namespace (gettid(2)).</summary>
    public static int Current => (int)Libc.SystemCall(SystemCallNumbers.Current.GetThreadId, 0, 0, 0);
}
