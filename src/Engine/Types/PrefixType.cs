using System.Net;
using System.Net.Sockets;

namespace EbpfCat.Types;

/// <summary>
/// The key of a longest-prefix-match trie (<c>struct bpf_lpm_trie_key</c> of <c>linux/bpf.h</c>, Linux 4.11): the
/// length of the prefix in bits (32 bits, native order), then the address. The .NET value is an <see
/// cref="IPNetwork"/>; writing also takes text such as <c>10.0.0.0/8</c>, and an address for the prefix of its full
/// length.
/// </summary>
public sealed class PrefixType : EbpfType
{
    /// <summary>
    /// IPv4 and IPv6 prefixes in 24 bytes. The family, 4 or 6 (32 bits, native order), is before the address and part
    /// of the prefix, so that no prefix of IPv6 covers an IPv4 address. IPv4 is mapped: in the kernel its prefix is 128
    /// bits longer, and that of IPv6 32 bits.
    /// </summary>
    public static readonly PrefixType IPAddress = new(AddressType.IPAddress, "ipprefix", 2 * sizeof(uint));

    /// <summary>
    /// IPv4 and IPv6 prefixes without the family, as earlier pins have them: <c>::/0</c> covers IPv4 too.
    /// </summary>
    internal static readonly PrefixType WithoutFamily = new(AddressType.IPAddress, "ipprefix");

    /// <summary>IPv4 prefixes in 8 bytes.</summary>
    public static readonly PrefixType IPv4 = new(AddressType.IPv4, "prefix4");

    /// <summary>IPv6 prefixes in 20 bytes.</summary>
    public static readonly PrefixType IPv6 = new(AddressType.IPv6, "prefix6");

    /// <summary>The offset of the family in bytes, if there is one.</summary>
    internal const int FamilyOffset = sizeof(uint);

    private const int MappedBits = 96;
    private const int FamilyBits = 32;

    private PrefixType(AddressType address, string name, int addressOffset = sizeof(uint)) =>
        (Address, Name, AddressOffset) = (address, name, addressOffset);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Size => AddressOffset + Address.Size;

    /// <inheritdoc/>
    public override int Alignment => sizeof(uint);

    /// <summary>The offset of the address in bytes.</summary>
    public int AddressOffset { get; }

    /// <summary>The length of the longest prefix in bits, as the kernel counts.</summary>
    internal int MaxLength => (Size - sizeof(uint)) * 8;

    /// <summary>The type of the address after the length.</summary>
    public AddressType Address { get; }

    /// <summary>Which addresses it holds.</summary>
    public AddressKind Kind => Address.Kind;

    /// <inheritdoc/>
    public override bool Equals(EbpfType? other) =>
        other is PrefixType prefix && (prefix.Kind, prefix.Size) == (Kind, Size);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(nameof(PrefixType), Kind, Size);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        bool hasFamily = AddressOffset > FamilyOffset;
        long length = MemoryMarshal.Read<uint>(bytes) - (hasFamily ? FamilyBits : 0);
        if (length < 0) throw new TypeConversionException($"A prefix shorter than its family is not a {Name}.");
        if (length > Address.Size * 8)
        {
            throw new TypeConversionException(
                $"A prefix of {length} bits is not a {Name}: it has at most {Address.Size * 8}.");
        }

        Span<byte> address = stackalloc byte[16];
        bytes[AddressOffset..].CopyTo(address);
        address = address[..Address.Size];
        // The kernel keeps the bits after the prefix as they were given, and ignores them.
        ClearAfter(address, (int)length);
        bool mapped = Kind == AddressKind.IPAddress && length >= MappedBits
            && (!hasFamily || MemoryMarshal.Read<uint>(bytes[FamilyOffset..]) == FamilyOf(isIPv4: true))
            && address.StartsWith(AddressType.MappedPrefix);
        return mapped
            ? new IPNetwork(new IPAddress(address[12..]), (int)length - MappedBits)
            : new IPNetwork(new IPAddress(address), (int)length);
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        (IPAddress address, int? given) = value switch
        {
            IPNetwork network => (network.BaseAddress, network.PrefixLength),
            IPAddress whole => (whole, null),
            string text => Split(text),
            _ => throw Refuse(value),
        };
        bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (Kind == AddressKind.IPv4 != isIPv4 && Kind != AddressKind.IPAddress) throw Refuse(value);
        int most = isIPv4 ? 32 : 128;
        int length = given ?? most;
        if (length < 0 || length > most)
            throw TypeConversionException.Refuse(value, this, $"the prefix length of {address} is 0 to {most}");
        int offset = isIPv4 && Kind == AddressKind.IPAddress ? MappedBits : 0;
        bool hasFamily = AddressOffset > FamilyOffset;
        MemoryMarshal.Write(bytes, (uint)(length + offset + (hasFamily ? FamilyBits : 0)));
        if (hasFamily) MemoryMarshal.Write(bytes[FamilyOffset..], FamilyOf(isIPv4));
        Address.Write(address, bytes[AddressOffset..]);
        Span<byte> cleared = stackalloc byte[16];
        bytes[AddressOffset..].CopyTo(cleared);
        cleared = cleared[..Address.Size];
        if (!ClearAfter(cleared, length + offset)) return;
        throw TypeConversionException.Refuse(
            value, this, $"the address has bits after its prefix; did you mean {Address.Read(cleared)}/{length}?");
    }

    /// <summary>The family as it stands before an address.</summary>
    internal static uint FamilyOf(bool isIPv4) => isIPv4 ? 4u : 6u;

    private (IPAddress Address, int? Length) Split(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int slash = rest.IndexOf('/');
        ReadOnlySpan<char> start = slash < 0 ? rest : rest[..slash];
        if (!AddressType.TryParse(start, out IPAddress address)) throw Refuse(text);
        if (slash < 0) return (address, null);
        ReadOnlySpan<char> bits = rest[(slash + 1)..];
        return int.TryParse(bits, System.Globalization.NumberStyles.None, null, out int length)
            ? (address, length) : throw Refuse(text);
    }

    /// <summary>Clears the bits after the first <paramref name="length"/>; tells whether any was set.</summary>
    private static bool ClearAfter(Span<byte> address, int length)
    {
        bool any = false;
        for (int i = length / 8; i < address.Length; i++)
        {
            int kept = i == length / 8 ? 0xff00 >> (length % 8) & 0xff : 0;
            any |= (address[i] & ~kept) != 0;
            address[i] &= (byte)kept;
        }

        return any;
    }

    private TypeConversionException Refuse(object? value) => TypeConversionException.Refuse(value, this, Kind switch
    {
        AddressKind.IPv4 => "it takes an IPv4 prefix such as 10.0.0.0/8 (ipprefix takes IPv6 too)",
        AddressKind.IPv6 => "it takes an IPv6 prefix such as 2001:db8::/32 (ipprefix takes IPv4 too)",
        _ => "it takes an IPv4 or IPv6 prefix such as 10.0.0.0/8 or 2001:db8::/32",
    });
}
