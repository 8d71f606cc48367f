namespace EbpfCat.Language;

/// <summary>A loop: <c>while</c>, <c>do while</c>, <c>do until</c> and <c>for</c> are all this.</summary>
public sealed class LoopStatement(Expression? condition, IReadOnlyList<Statement> body) : Statement
{
    /// <summary>The condition to go on; null for ever (left by break, and bounded by the verifier).</summary>
    public Expression? Condition { get; } = condition;

    /// <summary>The repeated statements.</summary>
    public IReadOnlyList<Statement> Body { get; } = body;

    /// <summary>Runs once before the loop.</summary>
    public IReadOnlyList<Statement> Initializer { get; init; } = [];

    /// <summary>Runs after each turn, also after <c>continue</c>.</summary>
    public IReadOnlyList<Statement> Step { get; init; } = [];

    /// <summary>Whether the condition is evaluated after the body, not before.</summary>
    public bool TestsAfter { get; init; }
}
