using System.Net;
using System.Net.Sockets;
using System.Text.Unicode;

namespace EbpfCat.Types;

/// <summary>
/// The address of a socket as the kernel and its callers keep it (<c>struct sockaddr</c> and its kinds,
/// sockaddr(3type)): the family in the processor's order, then what the family has, ports and IP addresses in network
/// order. Four bytes behind the address tell whether there is one. The .NET value is an <see cref="IPEndPoint"/>, a
/// <see cref="UnixDomainSocketEndPoint"/>, a <see cref="NetlinkEndPoint"/>, for others an <see cref="OtherEndPoint"/>;
/// null for the address that a null pointer gave.
/// </summary>
public sealed class SocketAddressType : EbpfType
{
    /// <summary>The family and a path of 108 bytes (<c>struct sockaddr_un</c>), rounded up.</summary>
    public const int MaxSize = 112;
    /// <summary>Enough for IPv4, IPv6 and netlink, not for paths (<c>struct sockaddr_in6</c>).</summary>
    public const int NetworkSize = 28;

    /// <summary>Room for the addresses of all families.</summary>
    public static readonly SocketAddressType Instance = new();

    /// <summary>The state of what a null pointer gave: no address.</summary>
    internal const int Missing = 1;

    /// <summary>The state of an address in memory that could not be read.</summary>
    internal const int Unreadable = 2;

    private const int FamilySize = 2;
    private const int StateSize = 4;

    // sun_path of struct sockaddr_un
    private const int MaxPath = 108;
    private const ushort Unix = 1;
    private const ushort IPv4 = 2;
    private const ushort IPv6 = 10;
    private const ushort Netlink = 16;

    /// <summary>A socket address of a size in bytes.</summary>
    /// <param name="capacity">The maximum, rounded up to a multiple of 4; a longer address is cut off.</param>
    /// <exception cref="ArgumentOutOfRangeException">An IPv4 address (16 bytes) does not fit.</exception>
    public SocketAddressType(int capacity = MaxSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 16);
        Capacity = (capacity + StateSize - 1) & -StateSize;
    }

    /// <summary>The maximum of an address in bytes.</summary>
    public int Capacity { get; }

    public override string Name => Capacity == MaxSize ? "sockaddr" : $"sockaddr[{Capacity}]";

    public override int Size => Capacity + StateSize;

    public override int Alignment => 4;

    public override bool Equals(EbpfType? other) => other is SocketAddressType address && address.Capacity == Capacity;

    public override int GetHashCode() => HashCode.Combine(nameof(SocketAddressType), Capacity);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes)
    {
        switch (BitConverter.ToInt32(bytes[Capacity..]))
        {
            case Missing: return null;
            case Unreadable: return OtherEndPoint.Unreadable;
        }

        bytes = bytes[..Capacity];
        var family = BitConverter.ToUInt16(bytes);
        switch (family)
        {
            case IPv4:
                return new IPEndPoint(
                    new IPAddress(bytes.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
            case IPv6 when bytes.Length >= NetworkSize:
                var address = new IPAddress(bytes.Slice(8, 16), BitConverter.ToUInt32(bytes[24..]));
                return new IPEndPoint(address, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
            case Unix when ReadPath(bytes[FamilySize..]) is { } path: return new UnixDomainSocketEndPoint(path);
            case Netlink:
                return new NetlinkEndPoint(BitConverter.ToUInt32(bytes[4..]), BitConverter.ToUInt32(bytes[8..]));
            default: return new OtherEndPoint(family, bytes[FamilySize..].TrimEnd((byte)0).ToArray());
        }
    }

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        bytes.Clear();
        switch (value)
        {
            case null:
                BitConverter.TryWriteBytes(bytes[Capacity..], Missing);
                break;
            case OtherEndPoint { IsUnreadable: true }:
                BitConverter.TryWriteBytes(bytes[Capacity..], Unreadable);
                break;
            case NetlinkEndPoint netlink:
                BitConverter.TryWriteBytes(bytes, Netlink);
                BitConverter.TryWriteBytes(bytes[4..], netlink.PortId);
                BitConverter.TryWriteBytes(bytes[8..], netlink.Groups);
                break;
            case OtherEndPoint other when other.Data.Length <= Capacity - FamilySize:
                BitConverter.TryWriteBytes(bytes, other.FamilyNumber);
                other.Data.CopyTo(bytes[FamilySize..]);
                break;
            case IPEndPoint or UnixDomainSocketEndPoint:
                Write((EndPoint)value, bytes);
                break;
            case string text when IPEndPoint.TryParse(text, out var parsed):
                Write(parsed, bytes);
                break;
            default:
                throw TypeConversionException.Refuse(
                    value, this, "it takes the address of a socket, such as 127.0.0.1:80");
        }
    }

    private void Write(EndPoint endPoint, Span<byte> bytes)
    {
        var serialized = endPoint.Serialize();
        // The end of a path may be left out: it is zeros.
        var length = endPoint is UnixDomainSocketEndPoint ? Math.Min(serialized.Size, Capacity) : serialized.Size;
        if (length > Capacity)
        {
            throw TypeConversionException.Refuse(
                endPoint, this, $"it has {Capacity} bytes, and the address takes {length}");
        }

        serialized.Buffer.Span[..length].CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes, endPoint is UnixDomainSocketEndPoint ? Unix
            : endPoint.AddressFamily == AddressFamily.InterNetwork ? IPv4 : IPv6);
    }

    // A path ends at its NUL; a name in the abstract namespace begins with one and ends with the address. Null for what
    // .NET does not accept: an unnamed socket, a path without a NUL at its end, bytes that are not UTF-8.
    private static string? ReadPath(ReadOnlySpan<byte> bytes)
    {
        var path = bytes[..Math.Min(bytes.Length, MaxPath)];
        path = path is [0, ..] ? path.TrimEnd((byte)0) : path.IndexOf((byte)0) is >= 0 and var end ? path[..end] : path;
        var isAccepted = !path.IsEmpty && path.Length < MaxPath && Utf8.IsValid(path);
        return isAccepted ? Encoding.UTF8.GetString(path) : null;
    }
}
