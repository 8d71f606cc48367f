namespace EbpfCat.Language;

/// <summary>Jumps to a label of the same function.</summary>
public sealed class GotoStatement(Label label) : Statement
{
    /// <summary>The label.</summary>
    public Label Label { get; } = label;
}
