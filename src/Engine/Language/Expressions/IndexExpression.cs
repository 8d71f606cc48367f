namespace EbpfCat.Language;

/// <summary>An element of an array; may be assigned. Outside the array it reads 0, and a write does nothing.</summary>
public sealed class IndexExpression(Expression target, Expression index) : Expression
{
    /// <summary>The array.</summary>
    public Expression Target { get; } = target;

    /// <summary>The index, from 0.</summary>
    public Expression Index { get; } = index;
}
