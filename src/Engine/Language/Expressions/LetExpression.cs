namespace EbpfCat.Language;

/// <summary>Computes a value once, into a local, and then an expression that uses it several times.</summary>
public sealed class LetExpression(Local local, Expression value, Expression body) : Expression
{
    /// <summary>The local; it takes the type of the value.</summary>
    public Local Local { get; } = local;

    /// <summary>The value, computed first.</summary>
    public Expression Value { get; } = value;

    /// <summary>The expression that uses the local, and whose value this is.</summary>
    public Expression Body { get; } = body;
}
