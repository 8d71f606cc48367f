namespace EbpfCat.Language;

/// <summary>A function of the program, compiled to a BPF function or put in where it is called.</summary>
public sealed class Function(string name, IReadOnlyList<Local> parameters, IReadOnlyList<Statement> body)
{
    /// <summary>Makes a function whose statements are written with operators on expression objects.</summary>
    public Function(string name, IReadOnlyList<Local> parameters, Action<CodeBuilder> write)
        : this(name, parameters, CodeBuilder.Block(write)) { }

    /// <summary>Its name; case does not count.</summary>
    public string Name { get; } = name;

    /// <summary>Its parameters: at most five, the most that the machine can pass in registers.</summary>
    public IReadOnlyList<Local> Parameters { get; } = parameters;

    /// <summary>The default of each parameter, null for a required one. Empty if no parameter has a default.</summary>
    public IReadOnlyList<ConstantExpression?> Defaults { get; init; } = [];

    /// <summary>Its statements.</summary>
    public IReadOnlyList<Statement> Body { get; } = body;

    /// <summary>The type of the result; null if the compiler infers it.</summary>
    public EbpfType? ReturnType { get; init; }

    /// <summary>The place of the definition.</summary>
    public SourceSpan? Source { get; init; }

    /// <summary>Whether any of its statements gives a value.</summary>
    public bool HasResult { get; } = StatementWalker.Results(body).Any();

    /// <summary>A call of the function.</summary>
    public Expression Call(params Expression[] arguments) => new CallExpression(this, arguments);
}
