using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Settles what names mean: first the program's declarations, then the language, then locals.</summary>
internal sealed class NameTranslator(BlockTranslation block)
{
    private const string NoCurrentItem = "There is no pipeline in the kernel: name what you mean, such as $packet, "
        + "$event or the variable of a foreach.";

    private static readonly Dictionary<string, Name> LanguageNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["packet"] = new(NameKind.Packet),
        ["process"] = new(NameKind.Process),
        ["event"] = new(NameKind.Event),
        ["return"] = new(NameKind.Return),
        ["kernel"] = new(NameKind.Kernel),
        ["true"] = new(NameKind.Constant, true),
        ["false"] = new(NameKind.Constant, false),
        ["null"] = new(NameKind.Constant),
    };

    // Automatic variables of PowerShell that a kernel script lacks, and what to write instead.
    private static readonly Dictionary<string, string> Automatic = new(StringComparer.OrdinalIgnoreCase)
    {
        ["_"] = NoCurrentItem,
        ["PSItem"] = NoCurrentItem,
        ["input"] = "There is no pipeline in the kernel: name what you mean, such as $packet or $event.",
        ["args"] = "Name the parameters of the function: function add($a, $b) { $a + $b }.",
        ["this"] = "Name what you mean, such as $packet or $event.",
        ["?"] = "Test the value that the call gives.",
        ["LASTEXITCODE"] = "Test the value that the call gives.",
        ["Error"] = "There are no exceptions in the kernel; test the value that a call gives.",
        ["Matches"] = "There are no regular expressions in the kernel; -like 'prefix*' tests how text begins.",
    };

    /// <summary>The object that a variable names, in any case.</summary>
    public Name Resolve(VariableExpressionAst variable)
    {
        var path = variable.VariablePath;
        if (IsUsing(variable) || path.IsGlobal || path.IsDriveQualified) return new Name(NameKind.Session);
        return path.IsUnqualified ? Resolve(path.UserPath) : default;
    }

    /// <summary>The object that a name without a scope names, in any case.</summary>
    public Name Resolve(string name)
    {
        if (block.Program.Part is { } part && Declared($"{part}.{name}") is { Kind: not NameKind.Unknown } own)
            return own;
        if (Declared(name) is { Kind: not NameKind.Unknown } declared) return declared;
        if (LanguageNames.TryGetValue(name, out var known)) return known;
        return block.Scope.Find(name) is { } local ? new(NameKind.Local, local) : default;
    }

    /// <summary>The object that an expression names: a variable, also of a part, as in <c>$left.count</c>.</summary>
    public Name Resolve(ExpressionAst ast) => ast switch
    {
        VariableExpressionAst variable => Resolve(variable),
        MemberExpressionAst
        {
            Static: false,
            Expression: var whole,
            Member: StringConstantExpressionAst { Value: var member },
        }
            and not InvokeMemberExpressionAst when Resolve(whole) is (NameKind.Part, string part) =>
                Declared($"{part}.{member}"),
        _ => default,
    };

    /// <summary>Whether a name without a scope has a meaning of its own in kernel scripts.</summary>
    public static bool IsOfLanguage(string name) => LanguageNames.ContainsKey(name);

    private Name Declared(string name) => block.Program.Definition.FindDeclaration(name) switch
    {
        Variable shared => new(NameKind.Variable, shared),
        Map map => new(NameKind.Map, map),
        PacketVariable place => new(NameKind.PacketVariable, place),
        _ => block.Program.Definition.HasPart(name) ? new(NameKind.Part, name) : default,
    };

    /// <summary>Whether a variable is written with <c>$using:</c>.</summary>
    public static bool IsUsing(VariableExpressionAst variable)
    {
        Ast ast = variable;
        while (ast.Parent is MemberExpressionAst member && member.Expression == ast
            || ast.Parent is IndexExpressionAst index && index.Target == ast)
        {
            ast = ast.Parent;
        }

        return ast.Parent is UsingExpressionAst;
    }

    /// <summary>Whether an expression is a map itself, or its <c>.Keys</c>.</summary>
    public Map? MapOf(ExpressionAst ast) => ast switch
    {
        _ when Resolve(ast).Map is { } map => map,
        MemberExpressionAst
        {
            Static: false,
            Expression: var owner,
            Member: StringConstantExpressionAst { Value: var keys },
        }
            and not InvokeMemberExpressionAst when Same(keys, "Keys") => Resolve(owner).Map,
        _ => null,
    };

    public Expression Translate(VariableExpressionAst variable)
    {
        if (variable.Splatted)
        {
            throw block.Error(variable, DiagnosticIds.UnsupportedExpression, "Splatting needs a command.",
                "Write the arguments one by one.");
        }

        return ValueOf(variable, Resolve(variable));
    }

    /// <summary>A variable of a part.</summary>
    /// <param name="ast">The whole of it.</param>
    /// <param name="part">The part.</param>
    /// <param name="member">The name in the part.</param>
    public Expression Translate(MemberExpressionAst ast, string part, string member)
    {
        if (Declared($"{part}.{member}") is { Kind: not NameKind.Unknown } name) return ValueOf(ast, name);
        throw block.Error(ast.Member, DiagnosticIds.UnknownVariable, $"The part '{part}' has no variable '{member}'.",
            SimilarNames.Sentence(member, [.. NamesIn(part)], ast.Expression.Extent.Text + "."));
    }

    private Expression ValueOf(ExpressionAst ast, Name name) =>
        name switch
        {
            (NameKind.Variable, Variable shared) => new VariableExpression(shared),
            (NameKind.PacketVariable, PacketVariable place) => new PacketVariableExpression(place),
            (NameKind.Local, Local local) => new LocalExpression(local),
            (NameKind.Return, _) => new SystemValueExpression(SystemValue.ReturnValue),
            (NameKind.Constant, bool truth) => new ConstantExpression(truth),
            // A pointer that points nowhere, and a value that is not there, are zero in the kernel.
            (NameKind.Constant, _) => new ConstantExpression(0L),
            (NameKind.Session, _) => block.Constants.FromSession(ast),
            (NameKind.Unknown, _) => throw Unknown((VariableExpressionAst)ast),
            _ => throw NotAValue(ast, name),
        };

    private IEnumerable<string> NamesIn(string part) => block.Program.Definition.DeclaredNames
        .Where(name => name.StartsWith($"{part}.", StringComparison.OrdinalIgnoreCase))
        .Select(name => name[(part.Length + 1)..]);

    public CompileException Unknown(VariableExpressionAst variable)
    {
        var name = Scope.NameOf(variable);
        var path = variable.VariablePath;
        if (path.IsUnqualified && Automatic.TryGetValue(name, out var advice))
            return block.Error(variable, DiagnosticIds.UnknownVariable, $"A kernel script has no ${name}.", advice);
        if (!path.IsUnqualified)
        {
            var other = Resolve(name).Kind is NameKind.Unknown ? $"$using:{name}" : $"${name}";
            return block.Error(variable, DiagnosticIds.UnknownVariable,
                $"${path.UserPath} has a scope that a kernel script does not have.", $"Write {other}.");
        }

        var problem = $"There is no variable ${name}.";
        var ofProcess = MemberTable.KernelNames.TryGetValue(name, out var member) ? $"$process.{member}" : null;
        if (block.Program.Evaluator.TryGetVariable(name, out _))
        {
            return block.Error(variable, DiagnosticIds.UnknownVariable, $"{problem} The session has one of that name.",
                $"Write $using:{name} to take its value when the program is built"
                    + (ofProcess is null ? "." : $", or {ofProcess} for the process that the program runs in."));
        }

        var declared = block.Program.Definition.DeclaredNames;
        IReadOnlyCollection<string> known = [.. declared, .. block.Program.Part is { } part ? NamesIn(part) : [],
            .. block.Scope.Names, .. LanguageNames.Keys];
        IReadOnlyList<string> near =
            [.. declared.Where(other => other.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase))];
        if (near.Count == 0 && ofProcess is null) near = SimilarNames.Find(name, known);
        var isIndexed = variable.Parent is IndexExpressionAst index && index.Target == variable;
        return block.Error(variable, DiagnosticIds.UnknownVariable, problem, near.Count > 0
            ? $"Did you mean {string.Join(" or ", near.Select(n => "$" + n))}?"
            : ofProcess is not null ? $"Write {ofProcess}."
            : isIndexed ? "Declare it with Add-EbpfMap "
                + $"-Name {name} -Type Hash -Key uint64 -Value uint64 -MaxEntries 1024, or assign an array to it first."
            : $"Assign it first (${name} = 0), or declare it with Add-EbpfVariable -Name {name} -Type uint64.");
    }

    private CompileException NotAValue(ExpressionAst ast, Name name)
    {
        var text = ast is VariableExpressionAst variable ? "$" + Scope.NameOf(variable) : ast.Extent.Text;
        var advice = name.Kind switch
        {
            NameKind.Map => $"Write {text}[key] for the value at a key, or key -in {text}.",
            NameKind.Part =>
                $"Write {text}.{NamesIn((string)name.Value!).FirstOrDefault() ?? "name"} for a variable of this part.",
            NameKind.Packet => "Write $packet.Length, $packet.IPv4 or $packet.UInt16(12).",
            NameKind.Process => "Write $process.Id or $process.Name.",
            NameKind.Kernel => "Write $kernel.Time or $kernel.Random.",
            _ => "Write the name of a field behind it, such as $event.filename.",
        };
        return block.Error(ast, DiagnosticIds.NotAValue, $"{text} by itself is not a value.", advice);
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
