namespace EbpfCat.Language;

/// <summary>The length of the packet in bytes.</summary>
public sealed class PacketLengthExpression : Expression;
