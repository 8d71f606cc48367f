using System.Net;

namespace EbpfCat.Types;

/// <summary>
/// The address of a socket of a family that has no type of its own here, or one that .NET's type does not accept: a
/// path of 108 bytes, a name that is not UTF-8.
/// </summary>
public sealed class OtherEndPoint : EndPoint, IEquatable<OtherEndPoint>
{
    private const ushort Unix = 1;

    // linux/socket.h
    private static readonly Dictionary<ushort, string> Names = new()
    {
        [0] = "unspecified",
        [Unix] = "unix",
        [2] = "inet",
        [3] = "ax25",
        [4] = "ipx",
        [5] = "appletalk",
        [9] = "x25",
        [10] = "inet6",
        [15] = "key",
        [16] = "netlink",
        [17] = "packet",
        [21] = "rds",
        [24] = "pppox",
        [29] = "can",
        [30] = "tipc",
        [31] = "bluetooth",
        [38] = "alg",
        [40] = "vsock",
        [44] = "xdp",
    };

    /// <summary>Stands for an address in memory that could not be read.</summary>
    public static readonly OtherEndPoint Unreadable = new(0, []) { IsUnreadable = true };

    /// <summary>An address of a family (<c>AF_*</c> of <c>linux/socket.h</c>) with the bytes behind it.</summary>
    public OtherEndPoint(ushort familyNumber, byte[] data) => (FamilyNumber, Data) = (familyNumber, data);

    /// <summary>Whether the memory with the address could not be read.</summary>
    public bool IsUnreadable { get; private init; }

    /// <summary>The family: <c>AF_*</c> of <c>linux/socket.h</c>.</summary>
    public ushort FamilyNumber { get; }

    /// <summary>The bytes behind the family, without trailing zeros.</summary>
    public byte[] Data { get; }

    /// <summary>
    /// The family's name; its number where it has none here; <c>unreadable</c> where the memory with the address could
    /// not be read.
    /// </summary>
    public string Family => IsUnreadable ? "unreadable" : Names.GetValueOrDefault(FamilyNumber)
        ?? FamilyNumber.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The family and the bytes: <c>vsock:000001…</c>; of a UNIX socket the path, with <c>@</c> before an abstract
    /// name.
    /// </summary>
    public override string ToString() => this switch
    {
        { Data: [] } => Family,
        { FamilyNumber: Unix, Data: [0, .. var name] } => $"{Family}:@{Text(name)}",
        { FamilyNumber: Unix } => $"{Family}:{Text(Data)}",
        _ => $"{Family}:{Convert.ToHexStringLower(Data)}",
    };

    /// <summary>Compares family and bytes.</summary>
    public bool Equals(OtherEndPoint? other) => other is not null
        && (other.FamilyNumber, other.IsUnreadable) == (FamilyNumber, IsUnreadable)
        && other.Data.AsSpan().SequenceEqual(Data);

    public override bool Equals(object? obj) => Equals(obj as OtherEndPoint);

    public override int GetHashCode() => HashCode.Combine(FamilyNumber, Data.Length);

    private static string Text(byte[] bytes) => TerminalText.Escape(Encoding.UTF8.GetString(bytes));
}
