namespace EbpfCat.Language;

/// <summary>A clause of a switch.</summary>
/// <param name="Body">What runs if the value equals it.</param>
public sealed record SwitchClause(Expression Value, IReadOnlyList<Statement> Body);
