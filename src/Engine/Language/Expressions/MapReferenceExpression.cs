namespace EbpfCat.Language;

/// <summary>A map itself, as an argument of a helper.</summary>
public sealed class MapReferenceExpression(Map map) : Expression
{
    /// <summary>The map.</summary>
    public Map Map { get; } = map;
}
