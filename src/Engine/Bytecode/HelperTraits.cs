namespace EbpfCat.Bytecode;

/// <summary>The properties of a helper beyond its signature.</summary>
[Flags]
public enum HelperTraits
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Only programs under a license compatible with the GPL may call it.</summary>
    GplOnly = 1 << 0,
    /// <summary>No effect but the result: a call whose result is unused can be removed.</summary>
    NoEffect = 1 << 1,
    /// <summary>
    /// It gives a status of 32 bits, and the upper half of R0 is undefined on kernels before 6.4: the verifier calls
    /// the function of the map itself in its place, and that returned an <c>int</c>.
    /// </summary>
    NarrowStatus = 1 << 2,
    /// <summary>
    /// Packet pointers are invalid after the call, and the packet may have other content
    /// (<c>bpf_helper_changes_pkt_data</c> in net/core/filter.c). A tail call that fails counts on Linux 6.13 to 6.18.
    /// </summary>
    InvalidatesPacketPointers = 1 << 3,
    /// <summary>Writes to the packet; pointers into it stay valid.</summary>
    WritesPacket = 1 << 4,
    /// <summary>A kernel under lockdown for integrity does not have it.</summary>
    LockedForIntegrity = 1 << 5,
    /// <summary>A kernel under lockdown for confidentiality does not have it.</summary>
    LockedForConfidentiality = 1 << 6,
    /// <summary>Memory that it reads may be in the packet.</summary>
    ReadsPacketPointers = 1 << 7,
}
