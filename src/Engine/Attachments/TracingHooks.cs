using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>What the hooks have in common that are typed by BTF: the program was loaded for its target.</summary>
internal static class TracingHooks
{
    /// <summary>What the program was loaded for.</summary>
    public static string TargetOf(LoadedProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program.Definition?.Target ?? throw new KernelException(
            $"attach the program '{program.Name}'", Errno.EINVAL, "it is not known what it was loaded for",
            "Load it from its definition, with a Target.");
    }

    /// <summary>Attaches a program to what it was loaded for: fentry, fexit, fmod_ret, LSM.</summary>
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
                "It takes CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS (on arm64 since Linux 6.4) and a function that ftrace can "
                + "patch; trace a tracepoint otherwise.");
        }
    }

    public static KernelException LoadedForAnother(string operation, LoadedProgram program, string hook) => new(
        operation, Errno.EINVAL, $"it was loaded for {program.AttachType}", $"Load it with the hook {hook}.");
}
