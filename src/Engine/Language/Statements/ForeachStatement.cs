namespace EbpfCat.Language;

/// <summary>Repeats for each number of a range, or each value of a constant list.</summary>
public sealed class ForeachStatement(Local local, IReadOnlyList<Expression> values, IReadOnlyList<Statement> body)
    : Statement
{
    /// <summary>Takes each value in turn.</summary>
    public Local Local { get; } = local;

    /// <summary>The list's values; for a range its first and last number.</summary>
    public IReadOnlyList<Expression> Values { get; } = values;

    /// <summary>
    /// Whether <see cref="Values"/> are the ends of a range, both included; it counts down if the first is larger.
    /// </summary>
    public bool IsRange { get; init; }

    /// <summary>The repeated statements.</summary>
    public IReadOnlyList<Statement> Body { get; } = body;
}
