namespace EbpfCat.Language;

/// <summary>
/// A field of a protocol header; may be assigned to. A packet without the header takes the default action.
/// </summary>
public sealed class HeaderFieldExpression(PacketHeader header, HeaderField field) : Expression
{
    /// <summary>The header.</summary>
    public PacketHeader Header { get; } = header;

    /// <summary>The field.</summary>
    public HeaderField HeaderField { get; } = field;
}
