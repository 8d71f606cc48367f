namespace EbpfCat.Kernel;

/// <summary>How an interface runs XDP (<c>XDP_ATTACHED_*</c> of <c>linux/if_link.h</c>).</summary>
internal enum XdpAttached : byte
{
    None, // No program is attached
    Native, // In the driver
    Generic, // In the network stack
    Offload, // In the network card
    Several, // In several ways at a time
}
