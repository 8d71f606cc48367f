namespace EbpfCat.Language;

/// <summary>The context the kernel hands the program, as an argument of a helper.</summary>
public sealed class ContextExpression : Expression;
