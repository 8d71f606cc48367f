using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Syntax newer than the reference assembly (PowerShell 5.1), found by its name at run time.</summary>
internal static class ModernSyntax
{
    // Delegates, because a second call through reflection has the runtime generate code for it.
    private static readonly Func<PipelineAst, bool> Background = Flag<PipelineAst>("Background");
    private static readonly Func<MemberExpressionAst,
        bool> NullConditionalMember = Flag<MemberExpressionAst>("NullConditional");
    private static readonly Func<IndexExpressionAst,
        bool> NullConditionalIndex = Flag<IndexExpressionAst>("NullConditional");

    /// <summary>The three parts of <c>condition ? a : b</c> (PowerShell 7.0).</summary>
    public static bool IsTernary(Ast ast, [NotNullWhen(true)] out ExpressionAst[]? parts)
    {
        parts = ast.GetType().Name == "TernaryExpressionAst"
            ? [Get<ExpressionAst>(ast, "Condition"), Get<ExpressionAst>(ast, "IfTrue"),
                Get<ExpressionAst>(ast, "IfFalse")]
            : null;
        return parts is not null;
    }

    /// <summary>Whether this is <c>a &amp;&amp; b</c> or <c>a || b</c> (PowerShell 7.0).</summary>
    public static bool IsPipelineChain(Ast ast) => ast.GetType().Name == "PipelineChainAst";

    /// <summary>Whether this is a pipeline with an ampersand behind it (PowerShell 6.0).</summary>
    public static bool IsBackground(PipelineAst pipeline) => Background(pipeline);

    /// <summary>Whether a member or element is asked for with <c>?.</c> or <c>?[]</c> (PowerShell 7.1).</summary>
    public static bool IsNullConditional(ExpressionAst access) => access switch
    {
        MemberExpressionAst member => NullConditionalMember(member),
        IndexExpressionAst index => NullConditionalIndex(index),
        _ => false,
    };

    /// <summary>The parameters in parentheses behind a function's name; null for none.</summary>
    public static IReadOnlyList<ParameterAst>? ParametersOf(FunctionDefinitionAst function) =>
        (IReadOnlyList<ParameterAst>?)function.GetType().GetProperty("Parameters")!.GetValue(function);

    private static Func<T, bool> Flag<T>(string property) =>
        typeof(T).GetProperty(property)?.GetMethod?.CreateDelegate<Func<T, bool>>() ?? (static _ => false);

    private static T Get<T>(Ast ast, string property) => (T)ast.GetType().GetProperty(property)!.GetValue(ast)!;
}
