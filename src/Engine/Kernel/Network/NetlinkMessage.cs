using System.Net;

namespace EbpfCat.Kernel;

/// <summary>A netlink message under construction: header, fixed part, attributes (netlink(7), rtnetlink(7)).</summary>
internal sealed class NetlinkMessage
{
    public const int HeaderSize = 16;
    public const int AttributeHeaderSize = 4;
    private const ushort Nested = 1 << 15;

    private byte[] _buffer = new byte[256];
    private int _length = HeaderSize;

    public NetlinkMessage(ushort type, ushort flags)
    {
        MemoryMarshal.Write(_buffer.AsSpan(4), in type);
        MemoryMarshal.Write(_buffer.AsSpan(6), in flags);
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
        var start = _length;
        Attribute((ushort)(type | Nested), []);
        content(this);
        var size = (ushort)(_length - start);
        MemoryMarshal.Write(_buffer.AsSpan(start), in size);
        return this;
    }

    /// <summary>The finished message.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_buffer, in _length);
        MemoryMarshal.Write(_buffer.AsSpan(8), in sequence);
        return _buffer.AsSpan(0, _length);
    }

    private Span<byte> Grow(int size)
    {
        var start = _length;
        _length += size + 3 & ~3;
        if (_length > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_length, _buffer.Length * 2));
        return _buffer.AsSpan(start, size);
    }
}
