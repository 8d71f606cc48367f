using EbpfCat.Kernel;
using EbpfCat.Tracing;

namespace EbpfCat.Programs;

/// <summary>Whether the kernel can probe many functions by one link: Linux 5.18 and its fprobes (CONFIG_FPROBE).</summary>
public static class KprobeMulti
{
    private static readonly MachineFact<bool> Presence = new(() =>
        KernelFacts.RunningVersion >= KernelFacts.Since(BpfAttachType.TraceKprobeMulti)
        && KernelSymbols.Current.Find("register_fprobe_ips") is not null
        && TraceableFunctions.Current.IsExact);

    /// <summary>Asked once, and remembered.</summary>
    public static bool IsPresent => Presence.Value;
}
