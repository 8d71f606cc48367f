namespace EbpfCat.Language;

/// <summary>The value of a packet variable; may be assigned to. A packet too short takes the default action.</summary>
public sealed class PacketVariableExpression(PacketVariable variable) : Expression
{
    /// <summary>The packet variable.</summary>
    public PacketVariable Variable { get; } = variable;
}
