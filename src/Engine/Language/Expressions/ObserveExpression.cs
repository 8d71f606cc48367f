namespace EbpfCat.Language;

/// <summary>Counts a number in a histogram or statistics; the result is whether there was room for it.</summary>
public sealed class ObserveExpression(Expression target, Expression value) : Expression
{
    /// <summary>The histogram or statistics: a shared variable, an entry of a map, or a field of these.</summary>
    public Expression Target { get; } = target;

    /// <summary>The number.</summary>
    public Expression Value { get; } = value;
}
