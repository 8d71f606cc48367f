namespace EbpfCat.Language;

/// <summary>Stands for an expression that could not be understood, which has been reported.</summary>
public sealed class ErrorExpression : Expression;
