namespace EbpfCat.Language;

/// <summary>Runs one of two lists of statements, by a condition.</summary>
public sealed class IfStatement(Expression condition, IReadOnlyList<Statement> then,
    IReadOnlyList<Statement>? @else = null) : Statement
{
    /// <summary>The condition.</summary>
    public Expression Condition { get; } = condition;

    /// <summary>The statements that run if the condition is true.</summary>
    public IReadOnlyList<Statement> Then { get; } = then;

    /// <summary>The statements that run if it is false. An <c>elseif</c> is an if statement in here.</summary>
    public IReadOnlyList<Statement> Else { get; } = @else ?? [];
}
