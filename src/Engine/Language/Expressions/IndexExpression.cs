namespace EbpfCat.Language;

/// <summary>
/// An element of an array; may be assigned to where the array may. Outside the array reading gives 0 and writing does
/// nothing.
/// </summary>
public sealed class IndexExpression(Expression target, Expression index) : Expression
{
    /// <summary>The array.</summary>
    public Expression Target { get; } = target;

    /// <summary>The index, from 0.</summary>
    public Expression Index { get; } = index;
}
