namespace EbpfCat.Language;

/// <summary>A variable of the program's own, kept in a register or on the stack.</summary>
public sealed class Local(string name, EbpfType? type = null)
{
    /// <summary>Its name, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Its type; null where the compiler infers it from what is assigned.</summary>
    public EbpfType? Type { get; } = type;

    /// <summary>The local as an expression.</summary>
    public static implicit operator Expression(Local local) => new LocalExpression(local);
}
