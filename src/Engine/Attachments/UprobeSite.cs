using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>A file to put uprobes on, and what they have in common.</summary>
internal sealed record UprobeSite(
    string Path, bool OnReturn, int ProcessId, IReadOnlyList<string> Functions, string Operation)
{
    /// <summary>Attaches a program to a place in the file.</summary>
    /// <param name="hold">What keeps it attached.</param>
    /// <param name="program">The program.</param>
    /// <param name="offset">The place, in bytes from the file's start.</param>
    /// <param name="semaphore">Where in the file the counter of those who trace it stands, or 0 (Linux 4.20).</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c>.</param>
    public void Attach(Hold hold, LoadedProgram program, ulong offset, ulong semaphore, ulong cookie)
    {
        var what = $"the {(OnReturn ? "uretprobe" : "uprobe")} on '{Path}'";
        try
        {
            var perfEvent = PerfEvents.OpenProbe("uprobe", Path, offset, OnReturn, semaphore, ProcessId, what)
                ?? ProbeEvents.Define(hold, "uprobe_events", Definition(offset, semaphore), OnReturn, ProcessId, what)
                ?? throw new KernelException(
                    Operation, Errno.EOPNOTSUPP, "the kernel has no uprobes",
                    "Use a kernel built with CONFIG_UPROBES and CONFIG_UPROBE_EVENTS.");
            PerfEvents.Attach(hold, program, perfEvent, cookie);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.EIO or Errno.ENOTSUPP or Errno.EILSEQ)
        {
            throw new KernelException(
                Operation, refusal.Errno, $"no instruction that can be probed is at 0x{offset:x} of the file", refusal.Remedy);
        }
    }

    private string Definition(ulong offset, ulong semaphore) =>
        semaphore == 0 ? $"{Path}:0x{offset:x}" : $"{Path}:0x{offset:x}(0x{semaphore:x})";
}
