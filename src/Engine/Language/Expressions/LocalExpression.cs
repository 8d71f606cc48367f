namespace EbpfCat.Language;

/// <summary>The value of a local; may be assigned to.</summary>
public sealed class LocalExpression(Local local) : Expression
{
    /// <summary>The local.</summary>
    public Local Local { get; } = local;

    /// <summary>The local, where one is wanted and not its value: a loop's, a function's parameter.</summary>
    public static implicit operator Local(LocalExpression value) => value.Local;
}
