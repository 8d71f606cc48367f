namespace EbpfCat.Language;

/// <summary>Leaves the innermost loop or switch.</summary>
public sealed class BreakStatement : Statement;
