namespace EbpfCat.Language;

/// <summary>
/// Writes a program as text, every operation in parentheses, to see what a script was understood as. Locals are
/// <c>$name</c>, shared variables <c>@name</c>, packet variables <c>#name</c>.
/// </summary>
public static class ProgramPrinter
{
    private static readonly Dictionary<BinaryOperator, string> Symbols = new()
    {
        [BinaryOperator.Add] = "+",
        [BinaryOperator.Subtract] = "-",
        [BinaryOperator.Multiply] = "*",
        [BinaryOperator.Divide] = "/",
        [BinaryOperator.FloorDivide] = "//",
        [BinaryOperator.TruncateDivide] = "/0",
        [BinaryOperator.CeilingDivide] = "/^",
        [BinaryOperator.RoundDivide] = "/~",
        [BinaryOperator.Remainder] = "%",
        [BinaryOperator.BitAnd] = "&",
        [BinaryOperator.BitOr] = "|",
        [BinaryOperator.BitXor] = "^",
        [BinaryOperator.ShiftLeft] = "<<",
        [BinaryOperator.ShiftRight] = ">>",
        [BinaryOperator.Equal] = "==",
        [BinaryOperator.NotEqual] = "!=",
        [BinaryOperator.Less] = "<",
        [BinaryOperator.LessOrEqual] = "<=",
        [BinaryOperator.Greater] = ">",
        [BinaryOperator.GreaterOrEqual] = ">=",
        [BinaryOperator.CaseSensitiveEqual] = "===",
        [BinaryOperator.CaseSensitiveNotEqual] = "!==",
        [BinaryOperator.StartsWith] = "starts",
        [BinaryOperator.CaseSensitiveStartsWith] = "starts-with-case",
        [BinaryOperator.ElementOf] = "in",
        [BinaryOperator.LogicalAnd] = "and",
        [BinaryOperator.LogicalOr] = "or",
        [BinaryOperator.LogicalXor] = "xor",
        [BinaryOperator.Minimum] = "min",
        [BinaryOperator.Maximum] = "max",
    };

    /// <summary>The functions and statements of a program.</summary>
    public static string Print(ProgramDefinition program)
    {
        var text = new StringBuilder();
        foreach (var function in program.Functions)
        {
            var parameters = string.Join(
                ", ", function.Parameters.Select(p => p.Type is null ? $"${p.Name}" : $"{p.Type} ${p.Name}"));
            var returns = function.ReturnType is null ? "" : $" -> {function.ReturnType}";
            text.Append(CultureInfo.InvariantCulture, $"function {function.Name}({parameters}){returns}\n");
            Print(text, function.Body, 1);
        }

        Print(text, program.Body, 0);
        return text.ToString();
    }

    /// <summary>Statements, one for each line, nested ones indented.</summary>
    public static string Print(IEnumerable<Statement> statements)
    {
        var text = new StringBuilder();
        Print(text, statements, 0);
        return text.ToString();
    }

    /// <summary>An expression.</summary>
    /// <exception cref="InsufficientExecutionStackException">It is nested too deeply.</exception>
    public static string Print(Expression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return expression switch
        {
            ConstantExpression { Value: string text } => $"'{text}'",
            ConstantExpression { Value: bool truth } => truth ? "true" : "false",
            ConstantExpression { Value: byte[] bytes } => $"0x{Convert.ToHexStringLower(bytes)}",
            ConstantExpression { Value: decimal number } => number.ToString("0.0####", CultureInfo.InvariantCulture),
            ConstantExpression { Value: var value } => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
            LocalExpression { Local: var local } => $"${local.Name}",
            VariableExpression { Variable: var variable } => $"@{variable.Name}",
            PacketVariableExpression { Variable: var variable } => $"#{variable.Name}",
            BinaryExpression binary => $"({Print(binary.Left)} {Symbols[binary.Operator]} {Print(binary.Right)})",
            UnaryExpression unary => $"{Name(unary.Operator)}({Print(unary.Operand)})",
            CastExpression cast => $"[{cast.Type}]{Print(cast.Operand)}",
            TextExpression text => $"[string]{Print(text.Operand)}",
            ConditionalExpression choice =>
                $"({Print(choice.Condition)} ? {Print(choice.WhenTrue)} : {Print(choice.WhenFalse)})",
            LetExpression let => $"(let ${let.Local.Name} = {Print(let.Value)} in {Print(let.Body)})",
            HeaderExpression { Header: var header } => $"packet.{header.Name}",
            HeaderFieldExpression field => $"packet.{field.Header.Name}.{field.HeaderField.Name}",
            PacketLengthExpression => "packet.Length",
            PacketReadExpression read => $"packet.{read.Type}({Print(read.Offset)})",
            SystemValueExpression { Value: var value } => Name(value),
            EventFieldExpression { Path: var path } => $"event.{string.Join('.', path)}",
            ContextExpression => "context",
            MapEntryExpression entry => $"{entry.Map.Name}[{Print(entry.Key)}]",
            InnerEntryExpression entry => $"{entry.Outer.Name}[{Print(entry.OuterKey)}][{Print(entry.Key)}]",
            MapContainsExpression contains => $"({Print(contains.Key)} in {contains.Map.Name})",
            MemoryReadExpression read => $"read({Print(StatementWalker.Parts(read))}, {read.Type.Name})",
            ObserveExpression observation => $"{Print(observation.Target)}.Observe({Print(observation.Value)})",
            MapCallExpression call => $"{call.Map.Name}.{call.Operation}({Print(call.Arguments)})",
            MapReferenceExpression { Map: var map } => map.Name,
            HelperCallExpression call => $"helper:{call.Name}({Print(call.Arguments)})",
            CallExpression call => $"{call.Function.Name}({Print(call.Arguments)})",
            FieldExpression field => $"{Print(field.Target)}.{field.Name}",
            IndexExpression index => $"{Print(index.Target)}[{Print(index.Index)}]",
            StructExpression value =>
                $"{{ {string.Join("; ", value.Fields.Select(f => $"{f.Key} = {Print(f.Value)}"))} }}",
            _ => expression.GetType().Name,
        };
    }

    private static string Print(IEnumerable<Expression> expressions) => string.Join(", ", expressions.Select(Print));

    private static string Name(Enum member) => member.ToString().ToLowerInvariant();

    private static void Print(StringBuilder text, IEnumerable<Statement> statements, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in statements) Print(text, statement, depth);
    }

    private static void Print(StringBuilder text, Statement statement, int depth)
    {
        switch (statement)
        {
            case AssignStatement assign:
                var symbol = assign.Operator is { } @operator ? Symbols[@operator] : "";
                Line($"{Target(assign.Target)} {symbol}= {Print(assign.Value)}");
                break;
            case ExpressionStatement { Expression: var expression }:
                Line($"do {Print(expression)}");
                break;
            case ResultStatement { Value: var value }:
                Line($"result {Print(value)}");
                break;
            case ReturnStatement { Value: var value }:
                Line(value is null ? "return" : $"return {Print(value)}");
                break;
            case OutputStatement { Record: var record }:
                Line($"output {Print(record)}");
                break;
            case DebugStatement { Parts: var parts }:
                Line($"debug {Print(parts)}");
                break;
            case IfStatement branch:
                Line($"if {Print(branch.Condition)}");
                Print(text, branch.Then, depth + 1);
                while (branch.Else is [IfStatement next])
                {
                    Line($"elseif {Print(next.Condition)}");
                    Print(text, next.Then, depth + 1);
                    branch = next;
                }

                if (branch.Else.Count == 0) break;
                Line("else");
                Print(text, branch.Else, depth + 1);
                break;
            case LoopStatement loop:
                Print(text, loop.Initializer, depth);
                var condition = loop.Condition is null ? "forever" : Print(loop.Condition);
                Line(loop.TestsAfter ? $"loop, then while {condition}" : $"while {condition}");
                Print(text, loop.Body, depth + 1);
                if (loop.Step.Count == 0) break;
                Line("step");
                Print(text, loop.Step, depth + 1);
                break;
            case ForeachStatement loop:
                var values = string.Join(loop.IsRange ? ".." : ", ", loop.Values.Select(Print));
                Line($"foreach {Target(loop.Local)} in {values}");
                Print(text, loop.Body, depth + 1);
                break;
            case SwitchStatement choice:
                Line($"switch {Print(choice.Value)}{(choice.IsCaseSensitive ? " case-sensitive" : "")}");
                foreach (var (constant, body) in choice.Clauses)
                {
                    Line($"case {Print(constant)}");
                    Print(text, body, depth + 1);
                }

                if (choice.Default.Count == 0) break;
                Line("default");
                Print(text, choice.Default, depth + 1);
                break;
            case GotoStatement { Label: var label }:
                Line($"goto {label.Name}");
                break;
            case LabelStatement { Label: var label }:
                Line($"{label.Name}:");
                break;
            default:
                Line(statement.GetType().Name[..^"Statement".Length].ToLowerInvariant());
                break;
        }

        void Line(string line) => text.Append(' ', depth * 4).Append(line).Append('\n');
    }

    private static string Target(Expression target) =>
        target is LocalExpression { Local: { Type: { } type } local } ? $"{type} ${local.Name}" : Print(target);
}
