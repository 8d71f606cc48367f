namespace EbpfCat.Language;

/// <summary>A variable that the kernel program and user space share.</summary>
/// <param name="Name">Its name; case does not count.</param>
/// <param name="Storage">Where it lives.</param>
/// <param name="InitialValue">What it holds when the program is loaded; null is zero.</param>
public sealed record Variable(
    string Name, EbpfType Type, VariableStorage Storage = VariableStorage.Array, object? InitialValue = null)
{
    /// <summary>The variable as an expression.</summary>
    public VariableExpression Expression => new(this);

    /// <summary>The variable as an expression.</summary>
    public static implicit operator Expression(Variable variable) => variable.Expression;
}
