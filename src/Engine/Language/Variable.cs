namespace EbpfCat.Language;

/// <summary>A variable that the kernel program and user space share.</summary>
/// <param name="Name">Its name; case does not count.</param>
/// <param name="Storage">The storage of the variable.</param>
/// <param name="InitialValue">The initial value; null for zero.</param>
public sealed record Variable(
    string Name, EbpfType Type, VariableStorage Storage = VariableStorage.Array, object? InitialValue = null)
{
    /// <summary>The variable as an expression.</summary>
    public VariableExpression Expression => new(this);

    /// <summary>The variable as an expression.</summary>
    public static implicit operator Expression(Variable variable) => variable.Expression;
}
