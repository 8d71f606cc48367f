namespace EbpfCat.Language;

/// <summary>The value of a shared variable; may be assigned to.</summary>
public class VariableExpression(Variable variable) : Expression
{
    /// <summary>The variable.</summary>
    public Variable Variable { get; } = variable;
}
