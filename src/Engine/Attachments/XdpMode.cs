namespace EbpfCat.Attachments;

/// <summary>Where an XDP program runs.</summary>
public enum XdpMode
{
    /// <summary>In the driver; where that cannot, in the network stack.</summary>
    Best,

    /// <summary>In the driver, before the kernel makes a packet of what was received.</summary>
    Native,

    /// <summary>In the network stack, on any interface: slower.</summary>
    Generic,

    /// <summary>In the network card, which only a few can. The program is loaded for that interface.</summary>
    Offload,
}
