using System.Collections;
using System.Management.Automation.Language;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Text;

namespace EbpfCat.ScriptBlocks;

/// <summary>
/// Evaluates what is free of the kernel's names once, in the session, when the program is built: <c>$using:name</c>,
/// <c>[uint16]::MaxValue</c>, <c>(Get-Date).Year</c>.
/// </summary>
internal sealed class ConstantEvaluator(BlockTranslation block)
{
    /// <summary>Whether nothing in a subtree needs the kernel, so that the session can evaluate it.</summary>
    public bool IsFree(Ast ast) => ast.Find(node => IsKernels(node, ast), searchNestedScriptBlocks: true) is null;

    public Expression Literal(ConstantExpressionAst literal) =>
        literal is not StringConstantExpressionAst && NumberLiteral.TryParse(literal.Extent.Text, out var number)
            ? Of(number, literal) : Of(literal.Value, literal);

    /// <summary>The session's value of a subtree, as an expression.</summary>
    public Expression FromSession(Ast ast) => Of(Evaluate(ast), ast);

    /// <summary>The session's value of a subtree if it is free of the kernel's names; else the error given.</summary>
    public Expression FromSessionOr(Ast ast, Func<CompileException> error)
    {
        if (IsFree(ast)) return FromSession(ast);
        // A mistyped name is the likelier cause of an expression that is neither the kernel's nor the session's.
        var unknown = ast.Find(node => node is VariableExpressionAst variable && !IsInner(variable, ast)
            && block.Names.Resolve(variable).Kind == NameKind.Unknown, searchNestedScriptBlocks: true);
        throw unknown is VariableExpressionAst name ? block.Names.Unknown(name) : error();
    }

    /// <summary>The session's value of a subtree, converted to a type.</summary>
    public Expression Converted(ITypeName typeName, ExpressionAst ast)
    {
        try
        {
            return Of(LanguagePrimitives.ConvertTo(Evaluate(ast), typeName.GetReflectionType() ?? typeof(object),
                CultureInfo.InvariantCulture), ast);
        }
        catch (PSInvalidCastException error)
        {
            throw block.Error(ast, DiagnosticIds.ConstantFailed, error.Message);
        }
    }

    /// <summary>The value that the session gives for a subtree.</summary>
    /// <exception cref="CompileException">It fails.</exception>
    public object? Evaluate(Ast ast)
    {
        // A whole variable needs no script to be run.
        if (ast is UsingExpressionAst { SubExpression: VariableExpressionAst whole }) return UsingValue(whole);
        if (block.Hooks.IsName(ast)) return block.Program.Hook!.Current;
        var variables = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        var script = ScriptOf(ast, variables);
        try
        {
            return block.Program.Evaluator.Evaluate(script, variables);
        }
        catch (Exception exception) when (exception is not PipelineStoppedException
            and (RuntimeException or InvalidOperationException or ArgumentException))
        {
            throw block.Error(ast, DiagnosticIds.ConstantFailed,
                $"This is evaluated when the program is built, and failed: {CauseOf(exception).TrimEnd('.')}.");
        }
    }

    /// <summary>A value of the session as an expression.</summary>
    /// <exception cref="CompileException">The kernel cannot have such a value.</exception>
    public Expression Of(object? value, Ast ast)
    {
        value = Unwrapped(value, ast);
        switch (value)
        {
            case null:
                throw block.Error(ast, DiagnosticIds.NotConstant,
                    "This gives nothing ($null) when the program is built.", "Check the name.");
            case BigInteger number when number < long.MinValue || number > ulong.MaxValue:
                throw block.Error(ast, DiagnosticIds.NumberOutOfRange, $"{ast.Extent.Text} does not fit in 64 bits.");
            case double.NaN or float.NaN or > 7.9e28 or < -7.9e28 or > 7.9e28f or < -7.9e28f:
                throw block.Error(ast, DiagnosticIds.NumberOutOfRange,
                    $"{ast.Extent.Text} is not a number that the kernel can hold.");
            case sbyte or byte or short or ushort or int or uint or long or ulong or BigInteger or float or double
                or decimal
                or bool or char or string or Enum or IPAddress or PhysicalAddress or byte[]:
                return block.At(ast, new ConstantExpression(value));
            case Array { Rank: 1, Length: > 0 } numbers
                when numbers.GetType().GetElementType() is { IsPrimitive: true } element && element != typeof(char):
                return block.At(ast, new ConstantExpression(value));
            case SwitchParameter given: return block.At(ast, new ConstantExpression(given.IsPresent));
            case IPNetwork network: return block.At(ast, new ConstantExpression(network.ToString()));
            case IDictionary fields:
                return StructOf(SessionValue.Entries(fields).Select(e => (e.Key.ToString() ?? "", e.Value)), ast);
            case TimeSpan:
                throw block.Error(ast, DiagnosticIds.NotConstant, "A time span is not a kernel value.",
                    "The kernel counts nanoseconds: take .TotalNanoseconds of it, as [uint64].");
            case IEnumerable:
                throw block.Error(ast, DiagnosticIds.NotConstant, "A list is not a value.",
                    "Lists work with -in, -contains and foreach; for many values declare a map with Add-EbpfMap.");
            default:
                throw block.Error(ast, DiagnosticIds.NotConstant,
                    $"An object of type {value.GetType().Name} is not a kernel value.",
                    "The kernel knows numbers, truth values, text, addresses, bytes and structs of these.");
        }
    }

    // PowerShell wraps what went wrong in what it did about it.
    private static string CauseOf(Exception exception) =>
        exception is ActionPreferenceStopException { ErrorRecord: { } record }
        ? record.Exception.Message : exception.GetBaseException().Message;

    private StructExpression StructOf(IEnumerable<(string Name, object? Value)> fields, Ast ast) =>
        block.At(ast, new StructExpression([.. fields.Select(f => KeyValuePair.Create(f.Name, Of(f.Value, ast)))]));

    private object? Unwrapped(object? value, Ast ast)
    {
        try
        {
            return SessionValue.Unwrap(value);
        }
        catch (TypeConversionException error)
        {
            throw block.Error(ast, DiagnosticIds.NotConstant, error.Message);
        }
    }

    private bool IsKernels(Ast node, Ast root) => node switch
    {
        VariableExpressionAst { Parent: MemberExpressionAst member } when block.Hooks.IsName(member) => false,
        VariableExpressionAst variable => block.Names.Resolve(variable) switch
        {
            { Kind: NameKind.Session or NameKind.Constant } => false,
            { Kind: NameKind.Unknown } => !IsInner(variable, root),
            _ => true,
        },
        CommandAst command => block.Program.Functions.Contains(command.GetCommandName()),
        _ => false,
    };

    // A name in a script block that is itself part of the constant belongs to that script block: { $_ * 2 }.
    private static bool IsInner(Ast node, Ast root)
    {
        for (var parent = node.Parent; parent is not null && parent != root; parent = parent.Parent)
        {
            if (parent is ScriptBlockExpressionAst) return true;
        }

        return false;
    }

    // The text of a subtree with $using:name as plain variables and hexadecimal numbers as what they show, below the
    // using statements of its file, so that it means in the session what it means where it stands.
    private string ScriptOf(Ast ast, Dictionary<string, object?> variables)
    {
        var text = ast.Extent.Text;
        var start = ast.Extent.StartOffset;
        var script = new StringBuilder();
        foreach (var import in UsingsOf(ast)) script.AppendLine(import.Extent.Text);
        // The comma keeps an array whole: putting it out would take it apart.
        script.Append(",(");
        var done = 0;
        foreach (var node in ast.FindAll(
            node => node is VariableExpressionAst or ConstantExpressionAst or MemberExpressionAst, true)
            .OrderBy(node => node.Extent.StartOffset))
        {
            var replacement = node switch
            {
                VariableExpressionAst variable when NameTranslator.IsUsing(variable) => Define(variable, variables),
                ConstantExpressionAst and not StringConstantExpressionAst when NumberLiteral.TryParse(node.Extent.Text,
                    out var number) =>
                    number.ToString(CultureInfo.InvariantCulture),
                MemberExpressionAst when block.Hooks.IsName(node) =>
                    $"'{CodeGeneration.EscapeSingleQuotedStringContent(block.Program.Hook!.Current)}'",
                _ => null,
            };
            if (replacement is null) continue;
            script.Append(text, done, node.Extent.StartOffset - start - done).Append(replacement);
            done = node.Extent.EndOffset - start;
        }

        return script.Append(text, done, text.Length - done).Append(')').ToString();
    }

    private static IEnumerable<UsingStatementAst> UsingsOf(Ast ast)
    {
        while (ast.Parent is not null) ast = ast.Parent;
        return ast is ScriptBlockAst file
            ? file.UsingStatements.Where(import => import.UsingStatementKind == UsingStatementKind.Namespace)
            : [];
    }

    private string Define(VariableExpressionAst variable, Dictionary<string, object?> variables)
    {
        var name = Scope.NameOf(variable);
        variables[name] = UsingValue(variable);
        return $"${{{name}}}";
    }

    private object? UsingValue(VariableExpressionAst variable)
    {
        var name = Scope.NameOf(variable);
        if (block.Program.Evaluator.TryGetVariable(name, out var value)) return value;
        var declared = block.Names.Resolve(name).Kind is not NameKind.Unknown;
        throw block.Error(variable, DiagnosticIds.UnknownVariable, $"The session has no variable ${name}.",
            declared ? $"${name} is the program's: write it without using:."
            : SimilarNames.Find(name, block.Program.Evaluator.VariableNames) is { Count: > 0 } near
                ? $"Did you mean {string.Join(" or ", near.Select(n => "$using:" + n))}?"
                : $"Assign it before the program is built: ${name} = 5.");
    }
}
