namespace EbpfCat.Kernel;

/// <summary>Goes through the attributes of a netlink message (rtnetlink(7)).</summary>
/// <param name="bytes">The attributes, one after another.</param>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const ushort TypeMask = 0x3fff;

    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>The type of the attribute.</summary>
    public ushort Type { get; private set; }

    /// <summary>The value of the attribute.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint UInt32 => MemoryMarshal.Read<uint>(Value);

    public readonly string String => Text.FromCString(Value);

    public bool Next()
    {
        if (rest.Length < NetlinkMessage.AttributeHeaderSize) return false;
        var size = MemoryMarshal.Read<ushort>(rest);
        if (size < NetlinkMessage.AttributeHeaderSize || size > rest.Length) return false;
        Type = (ushort)(MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask);
        Value = rest[NetlinkMessage.AttributeHeaderSize..size];
        rest = rest[Math.Min(size + 3 & ~3, rest.Length)..];
        return true;
    }
}
