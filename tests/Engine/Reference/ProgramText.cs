using System.Globalization;
using System.Net.NetworkInformation;
using System.Text;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>Prints a program as text: operators look like C#'s, types are shown where they are not obvious.</summary>
internal sealed class ProgramText
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<Local> _declared = [];
    private int _depth;

    /// <summary>Writes a program down.</summary>
    public static string Of(ProgramDefinition program)
    {
        var text = new ProgramText();
        text.Write(program);
        return text._text.ToString();
    }

    private void Write(ProgramDefinition program)
    {
        Line($"program {program.Name} {program.Type} default {program.DefaultAction ?? "-"} " +
            $"minimum {program.MinimumPacketSize}");
        foreach (var v in program.Variables)
        {
            Line($"variable {v.Name}: {v.Type} {v.Storage}" +
                (v.InitialValue is { } initial ? $" = {Value(initial)}" : ""));
        }

        foreach (var m in program.Maps) Line($"map {m.Name}: {m.Type} [{m.Key}] -> {m.Value}, {m.MaxEntries} entries");
        foreach (var p in program.PacketVariables) Line($"packet variable {p.Name}: {p.Type} at {p.Offset}");

        foreach (var f in program.Functions)
        {
            _declared.UnionWith(f.Parameters);
            var parameters = string.Join(", ", f.Parameters.Select(p => $"{p.Type?.ToString() ?? "var"} {p.Name}"));
            Block($"function {f.ReturnType?.ToString() ?? "var"} {f.Name}({parameters})", f.Body);
        }

        Block("main", program.Body);
    }

    private void Block(string head, IReadOnlyList<Statement> body)
    {
        Line(head.Length == 0 ? "{" : head + " {");
        _depth++;
        foreach (var statement in body) Write(statement);
        _depth--;
        Line("}");
    }

    private void Write(Statement statement)
    {
        switch (statement)
        {
            case AssignStatement { Target: var target, Operator: var op, Value: var value }:
                Line($"{Declare(target)}{Of(target)} {(op is { } o ? Symbol(o) : "")}= {Of(value)}");
                break;
            case ExpressionStatement { Expression: var expression }:
                Line(Of(expression));
                break;
            case ResultStatement { Value: var value }:
                Line($"result {Of(value)}");
                break;
            case ReturnStatement { Value: var value }:
                Line(value is null ? "return" : $"return {Of(value)}");
                break;
            case IfStatement branch:
                Block($"if ({Of(branch.Condition)})", branch.Then);
                if (branch.Else.Count > 0) Block("else", branch.Else);
                break;
            case LoopStatement loop:
                if (loop.Initializer.Count > 0) Block("initially", loop.Initializer);
                var condition = loop.Condition is null ? "true" : Of(loop.Condition);
                Block(loop.TestsAfter ? "do" : $"while ({condition})", loop.Body);
                if (loop.TestsAfter) Line($"while ({condition})");
                if (loop.Step.Count > 0) Block("step", loop.Step);
                break;
            case ForeachStatement loop:
                var values = loop.Values.Select(Of);
                var set = string.Join(loop.IsRange ? ".." : ", ", values);
                Block($"foreach ({Declare(loop.Local)}{loop.Local.Name} in {set})", loop.Body);
                break;
            case SwitchStatement choice:
                Line($"switch ({Of(choice.Value)}) {{");
                _depth++;
                foreach (var clause in choice.Clauses) Block($"case {Of(clause.Value)}", clause.Body);
                if (choice.Default.Count > 0) Block("default", choice.Default);
                _depth--;
                Line("}");
                break;
            case GotoStatement jump:
                Line($"goto {jump.Label.Name}");
                break;
            case LabelStatement label:
                Line($"{label.Label.Name}:");
                break;
            default:
                Line(statement.GetType().Name.Replace("Statement", "", StringComparison.Ordinal).ToLowerInvariant());
                break;
        }
    }

    private string Declare(Expression target) => target is LocalExpression { Local: var local } ? Declare(local) : "";

    private string Declare(Local local) => _declared.Add(local) ? $"{local.Type?.ToString() ?? "var"} " : "";

    private static string Of(Expression expression) => expression switch
    {
        ConstantExpression constant => Value(constant.Value),
        LocalExpression local => local.Local.Name,
        VariableExpression variable => "$" + variable.Variable.Name,
        PacketVariableExpression packet => "$" + packet.Variable.Name,
        PacketReadExpression read => $"packet[{Of(read.Offset)}: {read.Type}]",
        PacketLengthExpression => "packet.Length",
        HeaderExpression header => $"packet.{header.Header.Name}",
        HeaderFieldExpression field => $"packet.{field.Header.Name}.{field.HeaderField.Name}",
        MapEntryExpression entry => $"{entry.Map.Name}[{Of(entry.Key)}]",
        MapContainsExpression contains => $"{contains.Map.Name}.Contains({Of(contains.Key)})",
        MapCallExpression call => $"{call.Map.Name}.{call.Operation}({List(call.Arguments)})",
        FieldExpression field => $"{Of(field.Target)}.{field.Name}",
        IndexExpression element => $"{Of(element.Target)}[{Of(element.Index)}]",
        CastExpression cast => $"({cast.Type}){Of(cast.Operand)}",
        LetExpression let =>
            $"(let {let.Local.Type?.ToString() ?? "var"} {let.Local.Name} = {Of(let.Value)} in {Of(let.Body)})",
        TextExpression text => $"text {Of(text.Operand)}",
        ConditionalExpression c => $"({Of(c.Condition)} ? {Of(c.WhenTrue)} : {Of(c.WhenFalse)})",
        UnaryExpression unary => $"{unary.Operator}({Of(unary.Operand)})",
        BinaryExpression binary => $"({Of(binary.Left)} {Symbol(binary.Operator)} {Of(binary.Right)})",
        CallExpression call => $"{call.Function.Name}({List(call.Arguments)})",
        StructExpression record => $"{{ {string.Join(", ", record.Fields.Select(f => $"{f.Key} = {Of(f.Value)}"))} }}",
        _ => expression.GetType().Name,
    };

    private static string List(IEnumerable<Expression> expressions) => string.Join(", ", expressions.Select(Of));

    private static string Value(object value) => value switch
    {
        string text => $"'{text}'",
        byte[] bytes => Convert.ToHexString(bytes),
        ulong number => $"{number}UL",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "m",
        PhysicalAddress address => $"mac {address}",
        Array array => $"[{string.Join(", ", array.Cast<object>().Select(Value))}]",
        IEnumerable<KeyValuePair<string, object?>> fields =>
            $"{{ {string.Join(", ", fields.Select(f => $"{f.Key} = {Value(f.Value!)}"))} }}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.FloorDivide => "/floor",
        BinaryOperator.TruncateDivide => "/truncate",
        BinaryOperator.CeilingDivide => "/ceiling",
        BinaryOperator.RoundDivide => "/round",
        BinaryOperator.Remainder => "%",
        BinaryOperator.BitAnd => "&",
        BinaryOperator.BitOr => "|",
        BinaryOperator.BitXor => "^",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.LogicalAnd => "&&",
        BinaryOperator.LogicalOr => "||",
        BinaryOperator.LogicalXor => "^^",
        _ => op.ToString(),
    };

    private void Line(string line) => _text.Append(' ', 2 * _depth).AppendLine(line);
}
