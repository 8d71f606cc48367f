using System.Runtime.InteropServices;

namespace EbpfCat.Benchmarks.Running;

/// <summary>
/// Keeps the calling thread on one processor, so that per-CPU values of both programs are the same processor's.
/// </summary>
internal static unsafe partial class PinnedThread
{
    private const int MaskBytes = 128;
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Pins the thread to the last processor that it may use: the first serves most interrupts.</summary>
    public static void Pin()
    {
        Thread.BeginThreadAffinity();
        var mask = stackalloc byte[MaskBytes];
        if (GetAffinity(0, MaskBytes, mask) < 0) return;
        var last = Enumerable.Range(0, MaskBytes * 8).Last(new Mask(mask).Has);
        new Span<byte>(mask, MaskBytes).Clear();
        mask[last / 8] = (byte)(1 << last % 8);
        _ = SetAffinity(0, MaskBytes, mask);
    }

    /// <summary>How long the calling thread has been on a processor, in seconds.</summary>
    public static double ProcessorTime
    {
        get
        {
            var time = stackalloc long[2];
            _ = GetTime(ThreadProcessorTime, time);
            return time[0] + time[1] / 1e9;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, byte* mask);

    private sealed class Mask(byte* bits)
    {
        public bool Has(int processor) => (bits[processor / 8] & 1 << processor % 8) != 0;
    }
}
