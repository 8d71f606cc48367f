using System.Net.NetworkInformation;

namespace EbpfCat.Kernel;

/// <summary>A network interface, as rtnetlink(7) tells of it.</summary>
internal sealed record NetworkLink
{
    /// <summary>The index, unique in its network namespace.</summary>
    public int Index { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The flags <c>IFF_*</c> of netdevice(7): 1 is up, 8 loopback.</summary>
    public uint Flags { get; init; }

    public bool IsUp => (Flags & 1) != 0;

    /// <summary>The kind of virtual interface, such as <c>veth</c>; null for others.</summary>
    public string? Kind { get; init; }

    public PhysicalAddress Address { get; init; } = PhysicalAddress.None;

    /// <summary>The greatest size of a packet without its link-layer header, in bytes.</summary>
    public int MaximumTransmissionUnit { get; init; }

    /// <summary>How XDP programs are attached, if any is.</summary>
    public XdpAttached XdpMode { get; init; }

    /// <summary>The id of the XDP program, or 0. With several modes at a time that of the first there is.</summary>
    public uint XdpProgramId { get; init; }

    /// <summary>The id of the XDP program in the driver, or 0.</summary>
    public uint XdpNativeProgramId { get; init; }

    /// <summary>The id of the XDP program in the network stack, or 0.</summary>
    public uint XdpGenericProgramId { get; init; }

    /// <summary>The id of the XDP program in the network card, or 0.</summary>
    public uint XdpOffloadProgramId { get; init; }

    /// <summary>The ids of the XDP programs of all modes, 0 where a mode has none.</summary>
    public IReadOnlyList<uint> XdpProgramIds => [XdpNativeProgramId, XdpGenericProgramId, XdpOffloadProgramId];
}
