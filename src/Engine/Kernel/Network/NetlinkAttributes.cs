namespace EbpfCat.Kernel;

/// <summary>Goes through the attributes of a netlink message (rtnetlink(7)).</summary>
/// <param name="bytes">The attributes, one after another.</param>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const ushort TypeMask = 0x3fff;
    private ReadOnlySpan<byte> _rest = bytes;

    public ushort Type { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint UInt32 => MemoryMarshal.Read<uint>(Value);

    public readonly string String => Text.FromCString(Value);

    public bool Next()
    {
        if (_rest.Length < NetlinkMessage.AttributeHeaderSize) return false;
        var size = MemoryMarshal.Read<ushort>(_rest);
        if (size < NetlinkMessage.AttributeHeaderSize || size > _rest.Length) return false;
        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        Value = _rest[NetlinkMessage.AttributeHeaderSize..size];
        _rest = _rest[Math.Min(size + 3 & ~3, _rest.Length)..];
        return true;
    }
}
