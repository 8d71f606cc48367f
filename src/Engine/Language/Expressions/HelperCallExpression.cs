namespace EbpfCat.Language;

/// <summary>A call of a kernel helper (bpf-helpers(7)).</summary>
public sealed class HelperCallExpression(string name, IReadOnlyList<Expression> arguments) : Expression
{
    /// <summary>The helper's name, with or without <c>bpf_</c>, or its number.</summary>
    public string Name { get; } = name;

    /// <summary>At most five arguments: numbers, maps, strings and structs (passed by address).</summary>
    public IReadOnlyList<Expression> Arguments { get; } = arguments;
}
