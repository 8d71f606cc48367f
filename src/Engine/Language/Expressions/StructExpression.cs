namespace EbpfCat.Language;

/// <summary>A struct made of values, by field name. Its place gives the type; fields not named are zero.</summary>
public sealed class StructExpression(IReadOnlyList<KeyValuePair<string, Expression>> fields) : Expression
{
    /// <summary>The fields and their values, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, Expression>> Fields { get; } = fields;
}
