namespace EbpfCat.Language;

/// <summary>A protocol header of the packet. As a value it is true if the header is there, whole.</summary>
public class HeaderExpression(PacketHeader header) : Expression
{
    /// <summary>The header.</summary>
    public PacketHeader Header { get; } = header;

    /// <summary>A field of the header by name; case does not count.</summary>
    /// <exception cref="CompileException">The header has no such field.</exception>
    public HeaderFieldExpression this[string field] => new(Header, Header.GetField(field));

    /// <inheritdoc cref="this[string]"/>
    public new HeaderFieldExpression Field(string name) => this[name];
}
