namespace EbpfCat.Language;

/// <summary>A statement of a program.</summary>
public abstract class Statement
{
    private SourceSpan? _source;

    /// <summary>Where it is written: the line that the loaded program shows for its instructions.</summary>
    public SourceSpan? Source
    {
        get => _source;
        init => _source = value;
    }

    /// <summary>Sets where it is written, unless that is known.</summary>
    public void SetSource(SourceSpan source) => _source ??= source;
}
