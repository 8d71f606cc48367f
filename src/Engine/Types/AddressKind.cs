namespace EbpfCat.Types;

/// <summary>The kind of address of an <see cref="AddressType"/> or a <see cref="PrefixType"/>.</summary>
public enum AddressKind
{
    /// <summary>An IPv4 or IPv6 address in 16 bytes; IPv4 as <c>::ffff:a.b.c.d</c> (RFC 4291, 2.5.5.2).</summary>
    IPAddress,
    /// <summary>An IPv4 address in 4 bytes, in network order.</summary>
    IPv4,
    /// <summary>An IPv6 address in 16 bytes, in network order.</summary>
    IPv6,
    /// <summary>An Ethernet address in 6 bytes.</summary>
    Mac,
}
