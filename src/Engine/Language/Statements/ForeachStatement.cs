namespace EbpfCat.Language;

/// <summary>Repeats for each number of a range, each value of a constant list, or each element of an array.</summary>
public sealed class ForeachStatement(Local local, IReadOnlyList<Expression> values, IReadOnlyList<Statement> body)
    : Statement
{
    /// <summary>Takes each value in turn.</summary>
    public Local Local { get; } = local;

    /// <summary>The list's values; for a range its first and last number; or the array.</summary>
    public IReadOnlyList<Expression> Values { get; } = values;

    /// <summary>Whether the only one of <see cref="Values"/> is an array, whose elements are taken in turn.</summary>
    public bool IsArray { get; init; }

    /// <summary>The first element of the array, which has the type of all; null for a range or list.</summary>
    internal Expression? FirstElement => IsArray ? field ??= new IndexExpression(Values[0], 0) : null;

    /// <summary>
    /// Whether <see cref="Values"/> are the ends of a range, both included; it counts down if the first is larger.
    /// </summary>
    public bool IsRange { get; init; }

    /// <summary>The repeated statements.</summary>
    public IReadOnlyList<Statement> Body { get; } = body;
}
