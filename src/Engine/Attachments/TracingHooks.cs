namespace EbpfCat.Attachments;

/// <summary>Attaches programs to hooks typed by BTF, which the verifier checked for one target.</summary>
internal static class TracingHooks
{
    /// <summary>Attaches a program to the target it was loaded for: fentry, fexit, fmod_ret, LSM.</summary>
    public static LinkDescriptor Open(LoadedProgram program, string operation)
    {
        try
        {
            return Bpf.OpenRawTracepoint(program.Descriptor, null);
        }
        catch (KernelException refusal) when (refusal.MissingCapabilities.Count == 0
            && refusal.Errno is Errno.ENOTSUPP or Errno.EOPNOTSUPP or Errno.EBUSY or Errno.EINVAL or Errno.ENODEV)
        {
            throw new KernelException(
                operation, refusal.Errno,
                refusal.Errno == Errno.EBUSY
                    ? "the function is traced in a way that leaves no room, or is live-patched"
                    : "the kernel cannot call programs from this function",
                "It takes CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS (on arm64 since Linux 6.4) and a function that "
                    + "ftrace can patch; trace a tracepoint otherwise.");
        }
    }
}
