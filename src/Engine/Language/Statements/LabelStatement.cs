namespace EbpfCat.Language;

/// <summary>Marks where a label is.</summary>
public sealed class LabelStatement(Label label) : Statement
{
    /// <summary>The label.</summary>
    public Label Label { get; } = label;
}
