using System.Runtime.InteropServices;
using EbpfCat.Kernel;

namespace EbpfCat.Tests.Reference;

/// <summary>Pins the calling thread to one processor, so that it sees the same values of per-CPU maps again.</summary>
internal static partial class PinnedThread
{
    /// <summary>The processors that this process can use.</summary>
    public static IReadOnlyList<int> Allowed { get; } = Processors.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))
            .Split(':')[1]);

    /// <summary>Runs an action on new threads, one for each processor, and waits for them.</summary>
    /// <param name="count">How many threads.</param>
    /// <param name="action">The action; its argument is the processor's index in per-CPU maps.</param>
    /// <param name="isStuck">Called every second: whether to stop waiting for the threads.</param>
    public static void OnEach(int count, Action<int> action, Func<bool> isStuck)
    {
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                var processor = Allowed[i % Allowed.Count];
                Pin(processor);
                action(Processors.Possible.ToList().IndexOf(processor));
            }
            catch (Exception exception)
            {
                lock (failures) failures.Add(exception);
            }
        })
        { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        while (threads.Exists(t => !t.Join(TimeSpan.FromSeconds(1))) && !isStuck())
        {
        }

        if (failures.Count > 0) throw new AggregateException(failures);
    }

    private static void Pin(int processor)
    {
        var mask = new ulong[16];
        mask[processor / 64] = 1UL << (processor % 64);
        if (SetAffinity(0, mask.Length * sizeof(ulong), mask) != 0)
        {
            throw new InvalidOperationException(
                $"The thread cannot be kept on processor {processor}: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint size, [In] ulong[] mask);
}
