namespace EbpfCat.Types;

/// <summary>The address of a socket of a family that has no type of its own here.</summary>
/// <param name="FamilyNumber">The family: <c>AF_*</c> of <c>linux/socket.h</c>.</param>
/// <param name="Data">The bytes behind the family, without trailing zeros.</param>
public sealed record OtherEndPoint(ushort FamilyNumber, byte[] Data)
{
    // linux/socket.h
    private static readonly Dictionary<ushort, string> Names = new()
    {
        [0] = "unspecified",
        [1] = "unix",
        [3] = "ax25",
        [4] = "ipx",
        [5] = "appletalk",
        [9] = "x25",
        [15] = "key",
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

    /// <summary>The family's name; its number where it has none here.</summary>
    public string Family => Names.GetValueOrDefault(FamilyNumber)
        ?? FamilyNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The family and the bytes: <c>vsock:000001…</c>.</summary>
    public override string ToString() => Data.Length == 0 ? Family : $"{Family}:{Convert.ToHexStringLower(Data)}";
}
