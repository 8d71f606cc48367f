using System.Management.Automation.Language;
using EbpfCat.Compiler;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates one script block into one program, and holds what the translators of its parts share.</summary>
internal sealed class ProgramTranslation
{
    // No script needs this depth, and every later pass can recurse to it without overflow of the stack.
    private const int MaxNesting = 400;

    private int _nesting;
    private int _failures;

    public ProgramTranslation(
        ProgramDefinition definition, IScriptEvaluator evaluator, string? part = null, HookNames? hook = null)
    {
        Definition = definition;
        Part = part;
        Hook = hook;
        Evaluator = evaluator;
        Functions = new FunctionTable(this);
    }

    public ProgramDefinition Definition { get; }

    /// <summary>The part of the program that the block belongs to; null for none.</summary>
    public string? Part { get; }

    /// <summary>The hook that the program is for; null where it may be attached to any.</summary>
    public HookNames? Hook { get; }

    public IScriptEvaluator Evaluator { get; }
    public FunctionTable Functions { get; }
    public SourcePositions Positions { get; } = new();
    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>Appends a block to the program. If the block has errors, the program stays unchanged.</summary>
    /// <returns>The warnings.</returns>
    public IReadOnlyList<Diagnostic> Add(ScriptBlockAst block)
    {
        var statements = BlockShape.StatementsOf(block, this);
        if (block.ParamBlock is { } parameters)
        {
            throw Error(parameters, DiagnosticIds.UnsupportedStatement, "A kernel script takes no parameters.",
                "Use $using:name for a value of the session, or declare a variable with Add-EbpfVariable.");
        }

        Functions.Declare(statements);
        var body = new BlockTranslation(this, new Scope(block)).Statements.Body(statements);
        var functions = Functions.TranslateAll();
        if (Diagnostics.ErrorCount > 0)
        {
            // The binder's errors, such as wrong types, are reported together with the errors of the translation.
            var copy = Append(Definition.Copy(), functions, body);
            foreach (var diagnostic in ProgramCompiler.Check(copy)) Diagnostics.Add(diagnostic);
            Diagnostics.ThrowIfErrors();
        }

        OverwrittenResults.ReportEarlier(Definition.Body, body, Diagnostics);
        Append(Definition, functions, body);
        OverwrittenResults.Report(body, Diagnostics);
        foreach (var function in functions) OverwrittenResults.Report(function.Body, Diagnostics);
        new DiscardedWrites(this).Report(block);
        if (ProgramTypes.Get(Definition.Type).Packet != PacketAccess.None) ReportBindingWarnings(block);
        return Diagnostics.Warnings;
    }

    // The binder's warnings are of the whole program: those of blocks that were added before are left out, and those of
    // comparisons with values of the session, which may be other ones next time.
    private void ReportBindingWarnings(ScriptBlockAst block)
    {
        var extent = block.Extent;
        var (start, end) = ((extent.StartLineNumber, extent.StartColumnNumber),
            (extent.EndLineNumber, extent.EndColumnNumber));
        foreach (var warning in ProgramCompiler.Check(Definition))
        {
            if (warning is { Severity: DiagnosticSeverity.Warning, Source: { } place } && place.File == extent.File
                && (place.Line, place.Column).CompareTo(start) >= 0 && (place.Line, place.Column).CompareTo(end) < 0
                && (warning.Id != DiagnosticIds.DecidedComparison || block.Find(ast =>
                    ast is BinaryExpressionAst comparison && Positions.Of(ast) == place && IsWithLiteral(comparison),
                    true) is not null))
            {
                Diagnostics.Add(warning with { Suggestion = AdviceFor(warning, block) });
            }
        }
    }

    private string? AdviceFor(Diagnostic warning, ScriptBlockAst block)
    {
        if (warning.Id == DiagnosticIds.ReversedAddress) return "Write $packet.Read('ipv4', offset).";
        if (warning.Id != DiagnosticIds.UnguardedField) return warning.Suggestion;
        var field = block.Find(ast => ast is MemberExpressionAst { Expression: MemberExpressionAst }
            && Positions.Of(ast) == warning.Source, true) as MemberExpressionAst;
        return field?.Expression is MemberExpressionAst header
            && PacketHeaders.Find(header.Expression is MemberExpressionAst inner
                ? $"{inner.Member}.{header.Member}"
                : $"{header.Member}") is { Name: var name }
            ? $"Write if ($packet.{name}) {{ … }} around it." : warning.Suggestion;
    }

    private static bool IsWithLiteral(BinaryExpressionAst ast) =>
        OperatorTable.Binary.TryGetValue(ast.Operator, out var @operator)
        && @operator is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual
        && ast.Find(node => node is ConstantExpressionAst and not StringConstantExpressionAst, false) is not null
        && ast.Find(node => node is UsingExpressionAst or CommandAst
            or VariableExpressionAst { VariablePath.IsDriveQualified: true }, false) is null;

    private static ProgramDefinition Append(ProgramDefinition program, IReadOnlyList<Function> functions,
        List<Statement> body)
    {
        foreach (var function in functions) program.AddFunction(function);
        program.Append(body);
        return program;
    }

    public CompileException Error(Ast ast, string id, string problem, string? suggestion = null) =>
        new(id, problem, Positions.Of(ast), suggestion);

    /// <summary>
    /// Translates a node. If that fails, reports the error, unless an error in a part of the node was reported: the
    /// error of the node then follows from that of the part.
    /// </summary>
    /// <returns>The translation; null after an error.</returns>
    public T? Try<TNode, T>(TNode node, Func<TNode, T?> translate) where T : class
    {
        var failures = _failures;
        try
        {
            return translate(node);
        }
        catch (CompileException error)
        {
            if (_failures++ == failures) Diagnostics.Add(error);
            return null;
        }
    }

    /// <summary>
    /// Translates a node that is not part of the current node, such as the definition of a called function: its errors
    /// do not count as errors in a part of the current node.
    /// </summary>
    public T? TryElsewhere<TNode, T>(TNode node, Func<TNode, T?> translate) where T : class
    {
        var failures = _failures;
        var result = Try(node, translate);
        _failures = failures;
        return result;
    }

    /// <summary>Enters a nested node. Disposing the result leaves the node.</summary>
    public Level Enter(Ast ast)
    {
        if (_nesting >= MaxNesting)
        {
            throw Error(ast, DiagnosticIds.NestedTooDeeply, "This is nested too deeply.",
                "Assign parts of it to variables first.");
        }

        return new Level(this);
    }

    /// <summary>A level of nesting, counted until it is disposed.</summary>
    internal readonly ref struct Level
    {
        private readonly ProgramTranslation _translation;

        public Level(ProgramTranslation translation)
        {
            _translation = translation;
            _translation._nesting++;
        }

        public void Dispose() => _translation._nesting--;
    }
}
