namespace EbpfCat.Language;

/// <summary>A call of a function of the program.</summary>
public sealed class CallExpression(Function function, IReadOnlyList<Expression> arguments) : Expression
{
    /// <summary>The function.</summary>
    public Function Function { get; } = function;

    /// <summary>The arguments.</summary>
    public IReadOnlyList<Expression> Arguments { get; } = arguments;
}
