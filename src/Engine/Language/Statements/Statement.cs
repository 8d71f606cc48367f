namespace EbpfCat.Language;

/// <summary>A statement of a program.</summary>
public abstract class Statement
{
    /// <summary>Where it is written: the line that the loaded program shows for its instructions.</summary>
    public SourceSpan? Source { get; set; }
}
