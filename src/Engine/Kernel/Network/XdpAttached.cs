namespace EbpfCat.Kernel;

/// <summary>How an interface runs XDP (<c>XDP_ATTACHED_*</c> of <c>linux/if_link.h</c>).</summary>
public enum XdpAttached : byte
{
    /// <summary>No program is attached.</summary>
    None,

    /// <summary>In the driver.</summary>
    Native,

    /// <summary>In the network stack.</summary>
    Generic,

    /// <summary>In the network card.</summary>
    Offload,

    /// <summary>In several ways at a time.</summary>
    Several,
}
