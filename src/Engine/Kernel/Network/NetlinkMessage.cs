using System.Net;

namespace EbpfCat.Kernel;

/// <summary>A netlink message under construction: header, fixed part, attributes (netlink(7), rtnetlink(7)).</summary>
internal sealed class NetlinkMessage
{
    public const int HeaderSize = 16;
    public const int AttributeHeaderSize = 4;
    private const ushort Nested = 1 << 15;

    private byte[] buffer = new byte[256];
    private int length = HeaderSize;

    public NetlinkMessage(ushort type, ushort flags)
    {
        MemoryMarshal.Write(buffer.AsSpan(4), in type);
        MemoryMarshal.Write(buffer.AsSpan(6), in flags);
    }

    public NetlinkMessage Fixed<T>(in T part)
        where T : unmanaged
    {
        MemoryMarshal.Write(Grow(Marshal.SizeOf<T>()), in part);
        return this;
    }

    public NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var space = Grow(AttributeHeaderSize + value.Length);
        var size = (ushort)(AttributeHeaderSize + value.Length);
        MemoryMarshal.Write(space, in size);
        MemoryMarshal.Write(space[2..], in type);
        value.CopyTo(space[AttributeHeaderSize..]);
        return this;
    }

    public NetlinkMessage Attribute(ushort type, string value) => Attribute(type, Text.ToCString(value));

    public NetlinkMessage Attribute(ushort type, int value) =>
        Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    public NetlinkMessage Attribute(ushort type, IPAddress value) => Attribute(type, value.GetAddressBytes());

    /// <summary>An attribute that holds what <paramref name="content"/> adds.</summary>
    public NetlinkMessage Nest(ushort type, Action<NetlinkMessage> content)
    {
        var start = length;
        Attribute((ushort)(type | Nested), []);
        content(this);
        var size = (ushort)(length - start);
        MemoryMarshal.Write(buffer.AsSpan(start), in size);
        return this;
    }

    /// <summary>The finished message.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(buffer, in length);
        MemoryMarshal.Write(buffer.AsSpan(8), in sequence);
        return buffer.AsSpan(0, length);
    }

    private Span<byte> Grow(int size)
    {
        var start = length;
        length += size + 3 & ~3;
        if (length > buffer.Length) Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        return buffer.AsSpan(start, size);
    }
}
