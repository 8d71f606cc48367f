namespace EbpfCat.ScriptBlocks;

/// <summary>A value of a list, or a whole range of numbers.</summary>
/// <param name="First">The value, or the number at the start of the range.</param>
/// <param name="Last">The number at the end of the range, maybe the smaller one; null for a single value.</param>
internal sealed record ListItem(Expression First, Expression? Last)
{
    /// <summary>Whether it is known when the program is built.</summary>
    public bool IsConstant => First is ConstantExpression or StructExpression && Last is null or ConstantExpression;

    /// <summary>Whether it is an integer or a range of integers, all of them known.</summary>
    public bool IsInteger =>
        First is ConstantExpression { Value: long } && Last is null or ConstantExpression { Value: long };

    /// <summary>The smallest and the largest integer.</summary>
    public (long First, long Last) Bounds
    {
        get
        {
            var first = (long)((ConstantExpression)First).Value;
            var last = Last is null ? first : (long)((ConstantExpression)Last).Value;
            return (Math.Min(first, last), Math.Max(first, last));
        }
    }
}
