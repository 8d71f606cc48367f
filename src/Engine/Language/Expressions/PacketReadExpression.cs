namespace EbpfCat.Language;

/// <summary>Bytes of the packet at an offset; may be assigned. A packet too short takes the default action.</summary>
public sealed class PacketReadExpression(Expression offset, EbpfType type) : Expression
{
    /// <summary>The offset from the start of the packet, in bytes.</summary>
    public Expression Offset { get; } = offset;

    /// <summary>The type of the bytes.</summary>
    public EbpfType Type { get; } = type;
}
