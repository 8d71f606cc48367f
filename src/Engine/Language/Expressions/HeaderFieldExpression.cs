namespace EbpfCat.Language;

/// <summary>A field of a protocol header; may be assigned. Without the header the default action is taken.</summary>
public sealed class HeaderFieldExpression(PacketHeader header, HeaderField field) : Expression
{
    /// <summary>The header; of a field in an optional part of it that part.</summary>
    public PacketHeader Header { get; } = header.PartWith(field) ?? header;

    /// <summary>The field.</summary>
    public HeaderField HeaderField { get; } = field;
}
