namespace EbpfCat.Binding;

internal abstract record BoundStatement(SourceSpan? Source)
{
    /// <summary>How many calls in its expressions may write to memory, without those of statements inside it.</summary>
    public int CallCount { get; init; }

    /// <summary>Whether it is a label, or has one inside.</summary>
    public bool HasLabel { get; init; }
}

/// <summary>Stands for a statement with an error, which has been reported.</summary>
internal sealed record BoundErrorStatement(SourceSpan? Source) : BoundStatement(Source);

/// <summary>An assignment to a place.</summary>
/// <param name="Value">The value, or the right operand of the operation.</param>
/// <param name="Operation">The operation of a compound assignment to a place in memory; null elsewhere.</param>
internal sealed record BoundAssignment(
    BoundExpression Target, BoundExpression Value, CompoundOperation? Operation, SourceSpan? Source)
    : BoundStatement(Source)
{
    /// <summary>Whether a struct may be made in the place itself: it has no part that is read from there.</summary>
    public bool IsMadeInPlace { get; init; }
}

/// <summary>The operation of a compound assignment.</summary>
/// <param name="Arithmetic">The type in which it is computed.</param>
/// <param name="Result">The type of the result, before it is stored.</param>
internal sealed record CompoundOperation(BinaryOperator Operator, ScalarType Arithmetic, ScalarType Result);

internal sealed record BoundEffect(BoundExpression Expression, SourceSpan? Source) : BoundStatement(Source);

/// <summary>Sets the result of the program or function.</summary>
internal sealed record BoundResult(BoundExpression Value, ScalarType Type, SourceSpan? Source) : BoundStatement(Source);

internal sealed record BoundReturn(BoundResult? Result, SourceSpan? Source) : BoundStatement(Source);

internal sealed record BoundIf(
    BoundExpression Condition, IReadOnlyList<BoundStatement> Then, IReadOnlyList<BoundStatement> Else,
    SourceSpan? Source)
    : BoundStatement(Source)
{
    /// <summary>Whether the condition is one that the author did not write.</summary>
    public bool IsImplied { get; init; }
}

/// <summary>A loop.</summary>
/// <param name="Condition">Whether to go on; null for ever.</param>
/// <param name="Body">The repeated statements.</param>
internal sealed record BoundLoop(BoundExpression? Condition, IReadOnlyList<BoundStatement> Body, SourceSpan? Source)
    : BoundStatement(Source)
{
    public IReadOnlyList<BoundStatement> Initializer { get; init; } = [];
    public IReadOnlyList<BoundStatement> Step { get; init; } = [];
    public bool TestsAfter { get; init; }

    /// <summary>Whether a statement in it may write to the packet or move it.</summary>
    public bool ChangesPacket { get; init; }
}

/// <summary>A loop over a range of numbers.</summary>
/// <param name="Limit">Computes the last number; null where it is a constant.</param>
internal sealed record BoundRangeLoop(BoundAssignment? Limit, BoundLoop Loop, SourceSpan? Source)
    : BoundStatement(Source);

/// <summary>A loop over a list, written out turn by turn: each value is a constant in its turn.</summary>
internal sealed record BoundListLoop(
    IReadOnlyList<BoundAssignment> Values, IReadOnlyList<BoundStatement> Body, SourceSpan? Source)
    : BoundStatement(Source);

/// <summary>Runs the body of each clause whose condition holds, until a break.</summary>
/// <param name="Local">Holds the value, which is computed once.</param>
/// <param name="Default">The statements that run if no clause matched.</param>
internal sealed record BoundSwitch(
    BoundLocal Local, BoundExpression Value, IReadOnlyList<BoundClause> Clauses, IReadOnlyList<BoundStatement> Default,
    SourceSpan? Source) : BoundStatement(Source)
{
    /// <summary>The headers without which no clause matches.</summary>
    public IReadOnlyList<PacketHeader> Headers { get; init; } = [];

    /// <summary>Whether the value is computed even where a header is absent: for its effects.</summary>
    public bool ComputesAlways { get; init; }
}

internal readonly record struct BoundClause(BoundExpression Condition, IReadOnlyList<BoundStatement> Body);

internal sealed record BoundBreak(SourceSpan? Source) : BoundStatement(Source);

internal sealed record BoundContinue(SourceSpan? Source) : BoundStatement(Source);

internal sealed record BoundGoto(Label Label, SourceSpan? Source) : BoundStatement(Source);

internal sealed record BoundLabel(Label Label, SourceSpan? Source) : BoundStatement(Source);

/// <summary>Sends a record to user space.</summary>
/// <param name="Number">The number of its kind.</param>
internal sealed record BoundOutput(int Number, BoundStruct Record, SourceSpan? Source) : BoundStatement(Source);

/// <summary>Writes a line to the trace log.</summary>
/// <param name="Parts">Texts and at most three values, in order.</param>
internal sealed record BoundDebug(IReadOnlyList<BoundDebugPart> Parts, SourceSpan? Source) : BoundStatement(Source);

/// <summary>A part of a line for the trace log: a text or a value.</summary>
internal readonly record struct BoundDebugPart(string? Text, BoundExpression? Value);
