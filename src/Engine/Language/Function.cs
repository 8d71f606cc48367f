using EbpfCat.Types;

namespace EbpfCat.Language;

/// <summary>A function of the program, compiled to a BPF function or put in where it is called.</summary>
public sealed class Function(string name, IReadOnlyList<Local> parameters)
{
    /// <summary>Its name; case does not count.</summary>
    public string Name { get; } = name;

    /// <summary>Its parameters: at most five, the most that the machine can pass in registers.</summary>
    public IReadOnlyList<Local> Parameters { get; } = parameters;

    /// <summary>What stands in for arguments not given, by parameter: null where one must be given. Empty for none at all.</summary>
    public IReadOnlyList<ConstantExpression?> Defaults { get; init; } = [];

    /// <summary>Its statements.</summary>
    public List<Statement> Body { get; } = [];

    /// <summary>What it returns; null where the compiler infers it.</summary>
    public EbpfType? ReturnType { get; set; }

    /// <summary>Where it is defined.</summary>
    public SourceSpan? Source { get; init; }

    /// <summary>Whether any of its statements gives a value.</summary>
    public bool HasResult => GivesValue(Body);

    /// <summary>A call of the function.</summary>
    public Expression Call(params Expression[] arguments) => new CallExpression(this, arguments);

    private static bool GivesValue(IEnumerable<Statement> statements) => statements.Any(statement => statement switch
    {
        ResultStatement or ReturnStatement { Value: not null } => true,
        IfStatement branch => GivesValue(branch.Then) || GivesValue(branch.Else),
        LoopStatement loop => GivesValue(loop.Body),
        ForeachStatement loop => GivesValue(loop.Body),
        SwitchStatement choice => choice.Clauses.Any(clause => GivesValue(clause.Body)) || GivesValue(choice.Default),
        _ => false,
    });
}
