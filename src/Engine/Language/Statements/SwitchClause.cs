namespace EbpfCat.Language;

/// <summary>A clause of a switch.</summary>
/// <param name="Body">The statements that run if the value equals it.</param>
public sealed record SwitchClause(Expression Value, IReadOnlyList<Statement> Body);
