namespace EbpfCat.Programs;

/// <summary>Whether one link can probe many functions: Linux 5.18 with fprobes (CONFIG_FPROBE).</summary>
public static class KprobeMulti
{
    private static readonly MachineFact<bool> Presence = new(() =>
        KernelFacts.RunningVersion >= KernelFacts.Since(BpfAttachType.TraceKprobeMulti)
        && KernelSymbols.Current.Find("register_fprobe_ips") is not null
        && TraceableFunctions.Current.IsExact);

    /// <summary>Asked once, and remembered.</summary>
    public static bool IsPresent => Presence.Value;
}
