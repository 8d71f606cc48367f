namespace EbpfCat.Language;

/// <summary>Goes on with the next turn of the innermost loop.</summary>
public sealed class ContinueStatement : Statement;
