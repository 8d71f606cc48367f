namespace EbpfCat.Kernel;

/// <summary>How an XDP program is attached (<c>XDP_FLAGS_*</c> of <c>linux/if_link.h</c>).</summary>
[Flags]
public enum XdpFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Refused where the interface has a program already.</summary>
    [Since(4, 10)]
    UpdateIfNoExist = 1 << 0,

    /// <summary>In the network stack, on any interface (<c>XDP_FLAGS_SKB_MODE</c>).</summary>
    [Since(4, 12)]
    Generic = 1 << 1,

    /// <summary>In the driver (<c>XDP_FLAGS_DRV_MODE</c>).</summary>
    [Since(4, 12)]
    Native = 1 << 2,

    /// <summary>In the network card (<c>XDP_FLAGS_HW_MODE</c>).</summary>
    [Since(4, 13)]
    Offload = 1 << 3,

    /// <summary>Only if the program expected is attached.</summary>
    [Since(5, 7)]
    Replace = 1 << 4,
}
