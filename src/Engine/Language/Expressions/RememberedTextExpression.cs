namespace EbpfCat.Language;

/// <summary>
/// A text, or a list of texts, of which an earlier program made a copy, in a record that is put out. Where the copy is
/// not whole, it is read again.
/// </summary>
/// <param name="address">The address in the memory of the process.</param>
/// <param name="copy">The copy: a field of a map's value.</param>
/// <param name="copyLength">The result of reading the copy of a text; null for a list.</param>
internal sealed class RememberedTextExpression(Expression address, Expression copy, Expression? copyLength) : Expression
{
    public Expression Address { get; } = address;

    public Expression Copy { get; } = copy;

    public Expression? CopyLength { get; } = copyLength;

    /// <summary>Where the text is now, if it is not zero: another program was started. Null if it cannot be.</summary>
    public Expression? NewStart { get; init; }

    /// <summary>The end of the texts of a list there, which lie one after the other.</summary>
    public Expression? NewEnd { get; init; }
}
