using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>The locals of a block or function: parameters, and unqualified names assigned or looped over.</summary>
internal sealed class Scope
{
    private readonly Dictionary<string, Local> _locals = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Local, PacketHeader> _headers = [];

    public Scope(ScriptBlockAst block, params IEnumerable<Local> parameters)
    {
        foreach (var parameter in parameters) _locals[parameter.Name] = parameter;
        var declared = new Dictionary<string, EbpfType>(StringComparer.OrdinalIgnoreCase);
        var variables = new List<VariableExpressionAst>();
        foreach (var ast in block.FindAll(ast => ast is AssignmentStatementAst or ForEachStatementAst, false))
        {
            var target = ast is AssignmentStatementAst { Left: var left } ? left : null;
            var variable = ast is ForEachStatementAst loop ? loop.Variable : VariableOf(target);
            if (variable is not { VariablePath.IsUnqualified: true }) continue;
            // The first type that is written before a name is that of the local.
            var type = target switch
            {
                ConvertExpressionAst { Type: var constraint } => CastTranslator.TypeOf(constraint),
                AttributedExpressionAst { Attribute: AttributeAst attribute } => CastTranslator.TypeOf(attribute),
                _ => null,
            };
            if (type is not null) declared.TryAdd(NameOf(variable), type);
            // Not += and ++: a name only ever added to is mistyped more often than meant.
            if (ast is not AssignmentStatementAst { Operator: not TokenKind.Equals }) variables.Add(variable);
        }

        foreach (var name in variables.Select(NameOf))
            _locals.TryAdd(name, new Local(name, declared.GetValueOrDefault(name)));
    }

    public IReadOnlyCollection<string> Names => _locals.Keys;

    /// <summary>A local by name, or null; case does not count.</summary>
    public Local? Find(string name) => _locals.GetValueOrDefault(name);

    /// <summary>Notes that a local was given a header, and so says whether it is there.</summary>
    public void Keep(Local local, PacketHeader header) => _headers[local] = header;

    /// <summary>The header that a local was given, or null.</summary>
    public PacketHeader? HeaderIn(Local local) => _headers.GetValueOrDefault(local);

    /// <summary>A variable's name without its scope.</summary>
    public static string NameOf(VariableExpressionAst variable)
    {
        var path = variable.VariablePath.UserPath;
        return path[(path.LastIndexOf(':') + 1)..];
    }

    private static VariableExpressionAst? VariableOf(ExpressionAst? target) => target switch
    {
        VariableExpressionAst variable => variable,
        AttributedExpressionAst { Child: VariableExpressionAst variable } => variable,
        _ => null,
    };
}
