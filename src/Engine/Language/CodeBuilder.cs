using System.Runtime.CompilerServices;
using EbpfCat.Types;

namespace EbpfCat.Language;

/// <summary>Writes statements from C#. Each remembers the C# line it was written on.</summary>
public sealed class CodeBuilder
{
    private readonly List<Statement> _statements;

    internal CodeBuilder(List<Statement> statements) => _statements = statements;

    /// <summary>Declares a local. It takes the type of what is assigned to it where none is given.</summary>
    public static LocalExpression Local(string name, EbpfType? type = null) => new(new Local(name, type));

    /// <summary>Adds any statement.</summary>
    public CodeBuilder Add(Statement statement)
    {
        _statements.Add(statement);
        return this;
    }

    /// <summary>Assigns a value.</summary>
    public CodeBuilder Assign(Expression target, Expression value,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new AssignStatement(target, value), file, line));

    /// <summary>Adds to a target; atomic on 4- and 8-byte shared variables and map values.</summary>
    public CodeBuilder Increment(Expression target, Expression? by = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new AssignStatement(target, by ?? 1, BinaryOperator.Add), file, line));

    /// <summary>Applies an operator to a target and a value, and assigns the result.</summary>
    public CodeBuilder Update(Expression target, BinaryOperator @operator, Expression value,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new AssignStatement(target, value, @operator), file, line));

    /// <summary>Computes an expression for what it does.</summary>
    public CodeBuilder Do(Expression expression,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new ExpressionStatement(expression), file, line));

    /// <summary>Runs statements if a condition holds, and others if not.</summary>
    public CodeBuilder If(Expression condition, Action<CodeBuilder> then, Action<CodeBuilder>? @else = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new IfStatement(condition, Block(then), @else is null ? null : Block(@else)), file, line));

    /// <summary>Repeats while a condition holds.</summary>
    public CodeBuilder While(Expression condition, Action<CodeBuilder> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new LoopStatement(condition, Block(body)), file, line));

    /// <summary>Repeats for each number from one to another, both included.</summary>
    public CodeBuilder For(Local local, Expression first, Expression last, Action<CodeBuilder> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new ForeachStatement(local, [first, last], Block(body)) { IsRange = true }, file, line));

    /// <summary>Leaves the innermost loop.</summary>
    public CodeBuilder Break([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new BreakStatement(), file, line));

    /// <summary>Goes on with the next turn of the innermost loop.</summary>
    public CodeBuilder Continue([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new ContinueStatement(), file, line));

    /// <summary>Marks where a label is.</summary>
    public CodeBuilder Mark(Label label) => Add(new LabelStatement(label));

    /// <summary>Jumps to a label.</summary>
    public CodeBuilder Goto(Label label, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new GotoStatement(label), file, line));

    /// <summary>Ends the program with a verdict by name or number, or a function with a value.</summary>
    public CodeBuilder Return(Expression? value = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(At(new ReturnStatement(value), file, line));

    internal static List<Statement> Block(Action<CodeBuilder> write)
    {
        var statements = new List<Statement>();
        write(new CodeBuilder(statements));
        return statements;
    }

    private static Statement At(Statement statement, string? file, int line)
    {
        statement.SetSource(new SourceSpan(file, line, 1, SourceText.LineOf(file, line)));
        return statement;
    }
}
