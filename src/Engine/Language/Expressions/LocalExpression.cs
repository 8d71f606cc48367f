namespace EbpfCat.Language;

/// <summary>The value of a local; may be assigned to.</summary>
public sealed class LocalExpression(Local local) : Expression
{
    /// <summary>The local.</summary>
    public Local Local { get; } = local;
}
