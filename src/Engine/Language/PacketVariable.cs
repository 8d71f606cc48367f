namespace EbpfCat.Language;

/// <summary>A named place in the packet, with a type.</summary>
/// <param name="Name">Its name; case does not count.</param>
/// <param name="Offset">Its offset from the start of the packet, in bytes.</param>
/// <param name="Type">Its type; a scalar carries its byte order and its bits.</param>
public sealed record PacketVariable(string Name, int Offset, EbpfType Type)
{
    /// <summary>Its offset from the start of the packet, in bytes.</summary>
    public int Offset { get; init; } = Offset >= 0
        ? Offset : throw new ArgumentOutOfRangeException(nameof(Offset), Offset, "It is negative.");

    /// <summary>The place as an expression.</summary>
    public static implicit operator Expression(PacketVariable variable) => new PacketVariableExpression(variable);
}
