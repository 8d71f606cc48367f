namespace EbpfCat.Language;

/// <summary>Writes statements from C#. Each remembers the line of C# that wrote it, for errors and line info.</summary>
/// <example>
/// Counts the packets to a port, and drops the others:
/// <code>
/// var program = new ProgramDefinition("web", ProgramType.Xdp);
/// var count = program.AddVariable("count", ScalarType.UInt64);
/// program.AddCode(code => code
///     .If(Packet.Tcp.DestinationPort == 443, then => then.Increment(count).Return("Pass"))
///     .Return("Drop"));
/// </code>
/// </example>
public sealed class CodeBuilder
{
    private readonly List<Statement> _statements;

    // The else branch of the last statement, while it can be continued.
    private List<Statement>? _else;

    internal CodeBuilder(List<Statement> statements) => _statements = statements;

    /// <summary>Declares a local. Without a type it takes that of its first value.</summary>
    public static LocalExpression Local(string name, EbpfType? type = null) => new(new Local(name, type));

    /// <summary>
    /// Declares a local, and assigns a value. An integer is kept in 64 bits: cast it where its size matters, such as
    /// in the output.
    /// </summary>
    public CodeBuilder Local(string name, Expression value, out LocalExpression local,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Assign(local = Local(name), value, file, line);

    /// <summary>Adds any statement.</summary>
    public CodeBuilder Add(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        _statements.Add(statement);
        _else = null;
        return this;
    }

    /// <summary>Assigns a value.</summary>
    public CodeBuilder Assign(Expression target, Expression value,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new AssignStatement(target, value), file, line);

    /// <summary>Adds to a target, 1 by default; atomic on 4- and 8-byte shared variables and map values.</summary>
    public CodeBuilder Increment(Expression target, Expression? by = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Update(target, BinaryOperator.Add, by ?? 1, file, line);

    /// <summary>Applies an operator to a target and a value, and assigns the result.</summary>
    public CodeBuilder Update(Expression target, BinaryOperator @operator, Expression value,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new AssignStatement(target, value, @operator), file, line);

    /// <summary>Evaluates an expression for its side effects, such as a call.</summary>
    public CodeBuilder Do(Expression expression,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new ExpressionStatement(expression), file, line);

    /// <summary>Puts out a record with these fields, in this order. User space reads it as an object.</summary>
    /// <example>
    /// <code>
    /// var program = new ProgramDefinition("opens", ProgramType.Tracepoint) { Target = "syscalls/sys_enter_openat" };
    /// program.AddCode(code => code.Output(
    ///     [("ProcessId", Current.ProcessId), ("File", Event.Field("filename"))]));
    /// </code>
    /// </example>
    public CodeBuilder Output(IEnumerable<(string Name, Expression Value)> fields,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new OutputStatement(Expression.Struct(fields)), file, line);

    /// <summary>Writes a line to the kernel's trace log, with at most three values.</summary>
    /// <example>
    /// <code>
    /// var program = new ProgramDefinition("lengths", ProgramType.Xdp);
    /// program.AddCode(code => code.Debug($"a packet of {Packet.Length} bytes").Return("Pass"));
    /// </code>
    /// </example>
    public CodeBuilder Debug(DebugText text, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Add(new DebugStatement(text.Parts), file, line);
    }

    /// <summary>Runs statements if a condition holds, and others if not.</summary>
    public CodeBuilder If(Expression condition, Action<CodeBuilder> then, Action<CodeBuilder>? @else = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        if (@else is not null) return Add(new IfStatement(condition, Block(then), Block(@else)), file, line);
        var otherwise = new List<Statement>();
        Add(new IfStatement(condition, Block(then), otherwise), file, line);
        _else = otherwise;
        return this;
    }

    /// <summary>Runs statements if no condition of the If before held, and this one does.</summary>
    /// <exception cref="InvalidOperationException">The statement before is no If without an else branch.</exception>
    public CodeBuilder ElseIf(Expression condition, Action<CodeBuilder> then,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        var otherwise = new List<Statement>();
        TakeElse().Add(At(new IfStatement(condition, Block(then), otherwise), file, line));
        _else = otherwise;
        return this;
    }

    /// <summary>Runs statements if no condition of the If before held.</summary>
    /// <exception cref="InvalidOperationException">The statement before is no If without an else branch.</exception>
    public CodeBuilder Else(Action<CodeBuilder> otherwise)
    {
        TakeElse().AddRange(Block(otherwise));
        return this;
    }

    /// <summary>Runs the clauses whose constant equals a value, each until a <see cref="Break"/>.</summary>
    public CodeBuilder Switch(Expression value, Action<SwitchBuilder> write,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(write);
        var clauses = new SwitchBuilder();
        write(clauses);
        return Add(new SwitchStatement(value, clauses.Clauses, clauses.Otherwise), file, line);
    }

    /// <summary>Repeats while a condition holds.</summary>
    public CodeBuilder While(Expression condition, Action<CodeBuilder> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new LoopStatement(condition, Block(body)), file, line);

    /// <summary>Runs once, and repeats while a condition holds.</summary>
    public CodeBuilder DoWhile(Action<CodeBuilder> body, Expression condition,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new LoopStatement(condition, Block(body)) { TestsAfter = true }, file, line);

    /// <summary>Repeats for each number of a range, both ends included.</summary>
    public CodeBuilder For(Local local, Expression first, Expression last, Action<CodeBuilder> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new ForeachStatement(local, [first, last], Block(body)) { IsRange = true }, file, line);

    /// <summary>Repeats for each number of a range, both ends included; the body gets the number.</summary>
    public CodeBuilder For(string name, Expression first, Expression last, Action<CodeBuilder, LocalExpression> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var local = Local(name);
        return For(local, first, last, code => body(code, local), file, line);
    }

    /// <summary>Repeats for each of a list of constants; the body gets the constant.</summary>
    public CodeBuilder ForEach(string name, IReadOnlyList<Expression> values, Action<CodeBuilder, LocalExpression> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(body);
        var local = Local(name);
        return Add(new ForeachStatement(local, values, Block(code => body(code, local))), file, line);
    }

    /// <summary>A loop over the elements of an array.</summary>
    public CodeBuilder ForEach(string name, Expression array, Action<CodeBuilder, LocalExpression> body,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var local = Local(name);
        var loop = new ForeachStatement(local.Local, [array], Block(code => body(code, local))) { IsArray = true };
        return Add(loop, file, line);
    }

    /// <summary>Leaves the innermost loop or switch.</summary>
    public CodeBuilder Break([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new BreakStatement(), file, line);

    /// <summary>Continues with the next turn of the innermost loop.</summary>
    public CodeBuilder Continue([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new ContinueStatement(), file, line);

    /// <summary>Marks the place of a label.</summary>
    public CodeBuilder Mark(Label label) => Add(new LabelStatement(label));

    /// <summary>Jumps to a label.</summary>
    public CodeBuilder Goto(Label label, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new GotoStatement(label), file, line);

    /// <summary>Ends the program with a verdict by name or number, or a function with a value.</summary>
    public CodeBuilder Return(Expression? value = null,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new ReturnStatement(value), file, line);

    internal static List<Statement> Block(Action<CodeBuilder> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var statements = new List<Statement>();
        write(new CodeBuilder(statements));
        return statements;
    }

    private static Statement At(Statement statement, string? file, int line)
    {
        var text = SourceText.LineOf(file, line);
        var indent = text.Length - text.AsSpan().TrimStart().Length;
        var length = Math.Max(1, text.Length - indent);
        StatementWalker.SetSource(statement, new SourceSpan(file, line, indent + 1, text, length));
        return statement;
    }

    private CodeBuilder Add(Statement statement, string? file, int line) => Add(At(statement, file, line));

    private List<Statement> TakeElse()
    {
        var otherwise = _else ?? throw new InvalidOperationException("The statement before it is no If.");
        _else = null;
        return otherwise;
    }
}
