using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EbpfCat.Types;

/// <summary>
/// A network address, as it stands in a packet: in network order. The .NET value is an <see
/// cref="System.Net.IPAddress"/> or a <see cref="PhysicalAddress"/>; writing also takes its text, or its bytes as an
/// array. An IPv6 scope is not part of the address in a packet and is left out.
/// </summary>
public sealed class AddressType : EbpfType
{
    /// <summary>IPv4 or IPv6 in 16 bytes: IPv4 is mapped as <c>::ffff:a.b.c.d</c> and read back as IPv4.</summary>
    public static readonly AddressType IPAddress = new(AddressKind.IPAddress, "ipaddress", 16, 4);

    /// <summary>IPv4 in 4 bytes (<c>__be32</c>).</summary>
    public static readonly AddressType IPv4 = new(AddressKind.IPv4, "ipv4", 4, 4);

    /// <summary>IPv6 in 16 bytes (<c>struct in6_addr</c>).</summary>
    public static readonly AddressType IPv6 = new(AddressKind.IPv6, "ipv6", 16, 4);

    /// <summary>An Ethernet address in 6 bytes (<c>u8[ETH_ALEN]</c>).</summary>
    public static readonly AddressType Mac = new(AddressKind.Mac, "mac", 6, 1);

    private AddressType(AddressKind kind, string name, int size, int alignment) =>
        (Kind, Name, Size, Alignment) = (kind, name, size, alignment);

    public override string Name { get; }
    public override int Size { get; }
    public override int Alignment { get; }

    /// <summary>Which addresses it holds.</summary>
    public AddressKind Kind { get; }

    /// <summary>The first 12 bytes of an IPv4 address mapped into IPv6.</summary>
    internal static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    public override bool Equals(EbpfType? other) => other is AddressType address && address.Kind == Kind;

    public override int GetHashCode() => HashCode.Combine(nameof(AddressType), Kind);

    /// <summary>
    /// An address from its text. Stricter than <see cref="System.Net.IPAddress.Parse(string)"/>, to which <c>10.1</c>,
    /// <c>010.0.0.1</c> and <c>[::1]:80</c> are addresses too, though not the ones that their author means.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = System.Net.IPAddress.None;
        if (text.StartsWith('[') || !System.Net.IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && !text.SequenceEqual(parsed.ToString())) return false;
        address = parsed;
        return true;
    }

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => Kind switch
    {
        AddressKind.Mac => new PhysicalAddress(bytes.ToArray()),
        AddressKind.IPAddress when bytes.StartsWith(MappedPrefix) => new IPAddress(bytes[12..]),
        _ => new IPAddress(bytes),
    };

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is byte[] raw)
        {
            WriteRaw(raw, bytes);
            return;
        }

        if (Kind == AddressKind.Mac)
        {
            PhysicalAddress? physical = value as PhysicalAddress;
            if (physical is null && !(value is string text && PhysicalAddress.TryParse(text.Trim(), out physical)))
                throw Refuse(value);
            byte[] parts = physical.GetAddressBytes();
            if (parts.Length != Size) throw Refuse(value);
            parts.CopyTo(bytes);
            return;
        }

        IPAddress? address = value as IPAddress;
        if (address is null && !(value is string name && TryParse(name.AsSpan().Trim(), out address)))
            throw Refuse(value);
        if (!TryWrite(address, bytes)) throw Refuse(value);
    }

    private bool TryWrite(IPAddress address, Span<byte> bytes)
    {
        bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        switch (Kind)
        {
            case AddressKind.IPv4 when !isIPv4:
                return address.IsIPv4MappedToIPv6 && address.MapToIPv4().TryWriteBytes(bytes, out _);
            case AddressKind.IPv6 when isIPv4: return false;
            case AddressKind.IPAddress when isIPv4:
                MappedPrefix.CopyTo(bytes);
                return address.TryWriteBytes(bytes[12..], out _);
            default: return address.TryWriteBytes(bytes, out _);
        }
    }

    private void WriteRaw(byte[] raw, Span<byte> bytes)
    {
        if (raw.Length == Size) raw.CopyTo(bytes);
        else if (Kind == AddressKind.IPAddress && raw.Length == 4) TryWrite(new IPAddress(raw), bytes);
        else throw Refuse(raw);
    }

    private TypeConversionException Refuse(object? value) => TypeConversionException.Refuse(value, this, Kind switch
    {
        AddressKind.IPv4 => "it takes an IPv4 address such as 10.0.0.1 (ipaddress takes IPv6 too)",
        AddressKind.IPv6 => "it takes an IPv6 address such as 2001:db8::1 (ipaddress takes IPv4 too)",
        AddressKind.Mac => "it takes an Ethernet address of 6 bytes such as 02:00:5e:10:00:01",
        _ => "it takes an IPv4 or IPv6 address such as 10.0.0.1 or 2001:db8::1",
    });
}
