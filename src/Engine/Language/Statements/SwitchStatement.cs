namespace EbpfCat.Language;

/// <summary>Runs the clauses whose constant equals a value: all that match, until a break, as in PowerShell.</summary>
public sealed class SwitchStatement(Expression value, IReadOnlyList<SwitchClause> clauses,
    IReadOnlyList<Statement>? @default = null) : Statement
{
    /// <summary>The value.</summary>
    public Expression Value { get; } = value;

    /// <summary>The constants and their statements.</summary>
    public IReadOnlyList<SwitchClause> Clauses { get; } = clauses;

    /// <summary>The statements that run if no constant matched.</summary>
    public IReadOnlyList<Statement> Default { get; } = @default ?? [];

    /// <summary>Whether strings compare with their case counting.</summary>
    public bool IsCaseSensitive { get; init; }
}
