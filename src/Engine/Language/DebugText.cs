namespace EbpfCat.Language;

/// <summary>The text of a debug statement: an interpolated string whose values the kernel program computes.</summary>
[InterpolatedStringHandler]
public sealed class DebugText
{
    private readonly List<Expression> _parts = [];

    /// <summary>Called by the C# compiler for an interpolated string.</summary>
    public DebugText(int literalLength, int formattedCount) { }

    internal IReadOnlyList<Expression> Parts => _parts;

    /// <summary>A text without values.</summary>
    public static implicit operator DebugText(string text)
    {
        var debugText = new DebugText(0, 0);
        debugText.AppendLiteral(text);
        return debugText;
    }

    /// <summary>Adds literal text.</summary>
    public void AppendLiteral(string value) => _parts.Add(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted(Expression value) => _parts.Add(value);
}
