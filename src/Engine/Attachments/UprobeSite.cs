namespace EbpfCat.Attachments;

/// <summary>A file to put uprobes on, and the options they share.</summary>
internal sealed record UprobeSite(
    string Path, bool OnReturn, int ProcessId, IReadOnlyList<string> Functions, string Operation)
{
    /// <summary>Attaches a program to a place in the file.</summary>
    /// <param name="handle">Takes over events and links.</param>
    /// <param name="offset">The offset of the instruction from the file's start, in bytes.</param>
    /// <param name="semaphore">The offset in the file of the counter of tracers (Linux 4.20); 0 for none.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c>.</param>
    public void Attach(AttachmentHandle handle, LoadedProgram program, ulong offset, ulong semaphore, ulong cookie)
    {
        var what = $"the {(OnReturn ? "uretprobe" : "uprobe")} on '{Path}'";
        try
        {
            var perfEvent = PerfEvents.OpenProbe("uprobe", Path, offset, OnReturn, semaphore, ProcessId, what)
                ?? ProbeEvents.Define(handle, "uprobe_events", Definition(offset, semaphore), OnReturn, ProcessId, what)
                ?? throw new KernelException(
                    Operation, Errno.EOPNOTSUPP, "the kernel has no uprobes",
                    "Use a kernel built with CONFIG_UPROBES and CONFIG_UPROBE_EVENTS.");
            PerfEvents.Attach(handle, program, perfEvent, cookie);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.EIO or Errno.ENOTSUPP
            or Errno.EILSEQ)
        {
            throw new KernelException(
                Operation, refusal.Errno, $"no instruction that can be probed is at 0x{offset:x} of the file",
                refusal.Remedy);
        }
    }

    private string Definition(ulong offset, ulong semaphore) =>
        semaphore == 0 ? $"{Path}:0x{offset:x}" : $"{Path}:0x{offset:x}(0x{semaphore:x})";
}
