namespace EbpfCat.Language;

/// <summary>
/// A field of a struct; may be assigned to where the struct may. Of an array or text, <c>Length</c> and <c>Count</c>.
/// </summary>
public sealed class FieldExpression(Expression target, string name) : Expression
{
    internal const string CountName = "Count";

    /// <summary>The struct.</summary>
    public Expression Target { get; } = target;

    /// <summary>The field's name; case does not count.</summary>
    public string Name { get; } = name;
}
