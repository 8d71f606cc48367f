namespace EbpfCat.Language;

/// <summary>An operation on a map.</summary>
public sealed class MapCallExpression(Map map, MapOperation operation, IReadOnlyList<Expression> arguments) : Expression
{
    /// <summary>The map.</summary>
    public Map Map { get; } = map;

    /// <summary>The operation.</summary>
    public MapOperation Operation { get; } = operation;

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<Expression> Arguments { get; } = arguments;
}
