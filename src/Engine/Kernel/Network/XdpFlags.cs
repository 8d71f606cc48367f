namespace EbpfCat.Kernel;

/// <summary>How an XDP program is attached (<c>XDP_FLAGS_*</c> of <c>linux/if_link.h</c>).</summary>
[Flags]
internal enum XdpFlags : uint
{
    None = 0,
    [Since(4, 10)] UpdateIfNoExist = 1 << 0, // Refused where the interface has a program already
    [Since(4, 12)] Generic = 1 << 1, // In the network stack, on any interface (XDP_FLAGS_SKB_MODE)
    [Since(4, 12)] Native = 1 << 2, // In the driver (XDP_FLAGS_DRV_MODE)
    [Since(4, 13)] Offload = 1 << 3, // In the network card (XDP_FLAGS_HW_MODE)
    [Since(5, 7)] Replace = 1 << 4, // Only if the program expected is attached
}
