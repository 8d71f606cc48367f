namespace EbpfCat.Types;

/// <summary>What an <see cref="AddressType"/> or a <see cref="PrefixType"/> holds.</summary>
public enum AddressKind
{
    /// <summary>An IPv4 or IPv6 address in 16 bytes; IPv4 is mapped: <c>::ffff:a.b.c.d</c> (RFC 4291).</summary>
    IPAddress,
    /// <summary>An IPv4 address in 4 bytes, in network order.</summary>
    IPv4,
    /// <summary>An IPv6 address in 16 bytes, in network order.</summary>
    IPv6,
    /// <summary>An Ethernet address in 6 bytes.</summary>
    Mac,
}
