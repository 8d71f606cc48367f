using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Evaluates a program on a packet and a state by the rules of the language: it walks the author's program. It shares
/// only the typing rules with the compiler. Where the rules leave the order open, operands are evaluated from left to
/// right, and an assignment evaluates the value, then the place, and then reads the place if it is compound. A Boolean
/// read from memory is true for any byte but 0. Writing a field of an absent map entry inserts the entry with all other
/// fields zero.
/// </summary>
internal sealed partial class Evaluator
{
    private const int MaxSteps = 1_000_000;

    private readonly ProgramDefinition _program;
    private readonly ProgramTypeInfo _info;
    private readonly Typer _typer = new();
    private readonly ReferenceState _state;
    private ReferencePacket _packet = new([]);
    private Dictionary<Local, ReferenceValue> _locals = [];
    private ReferenceValue _result;
    private EbpfType _resultType = ScalarType.Int64;
    private Label? _goto;

    // The headers of the values that locals hold for comparisons.
    private readonly Dictionary<Local, PacketHeader[]> _compared = [];
    private readonly HashSet<PacketHeader> _ownChecksums;
    private int _steps;

    /// <summary>Prepares to run a program on a state, which the runs change.</summary>
    public Evaluator(ProgramDefinition program, ReferenceState state)
    {
        (_program, _state) = (program, state);
        _info = ProgramTypes.Get(program.Type);
        LocalInference.Run(program, _typer);
        _ownChecksums =
        [
            .. StatementWalker.All(program).OfType<AssignStatement>().Select(s => s.Target)
                .OfType<HeaderFieldExpression>().Where(f => f.HeaderField.Name == "Checksum").Select(f => f.Header),
        ];
    }

    /// <summary>Runs the program on a packet, which is not changed.</summary>
    public EvaluationResult Run(byte[] packet)
    {
        _packet = new ReferencePacket([.. packet]);
        _locals = [];
        _steps = 0;
        var defaultAction = Verdict(_program.DefaultAction) ?? _info.DefaultVerdict;
        _resultType = ScalarType.Int64;
        _result = ReferenceValue.Of(ScalarType.Int64, defaultAction);
        if (packet.Length < _program.MinimumPacketSize) return Result();
        try
        {
            Execute(_program.Body);
        }
        catch (DefaultActionException)
        {
            _result = ReferenceValue.Of(ScalarType.Int64, defaultAction);
        }

        return Result();
    }

    private EvaluationResult Result() => new((uint)(ulong)_result.Number, _packet.Bytes);

    private EbpfType TypeOf(Local local) => _typer.TypeOf(local) ?? ScalarType.Int64;

    private long? Verdict(object? action) => action switch
    {
        null => null,
        string name => _info.Verdicts[name],
        _ => System.Convert.ToInt64(action, null),
    };

    private Flow Execute(IReadOnlyList<Statement> statements)
    {
        for (var i = 0; i < statements.Count; i++)
        {
            if (++_steps > MaxSteps) throw new InvalidOperationException("The program does not end.");
            var flow = Execute(statements[i]);
            if (flow == Flow.Goto)
            {
                var label = Enumerable.Range(0, statements.Count)
                    .FirstOrDefault(at => statements[at] is LabelStatement mark && mark.Label == _goto, -1);
                if (label < 0) return flow;
                i = label;
            }
            else if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement)
    {
        switch (statement)
        {
            case AssignStatement assignment:
                Assign(assignment);
                return Flow.Next;
            case ExpressionStatement expression:
                Evaluate(expression.Expression);
                return Flow.Next;
            case ResultStatement result:
                PutOut(result.Value);
                return Flow.Next;
            case ReturnStatement returned:
                if (returned.Value is not null) PutOut(returned.Value);
                return Flow.Return;
            case IfStatement branch:
                return Execute(IsTrue(branch.Condition) ? branch.Then : branch.Else);
            case LoopStatement loop:
                return Loop(loop);
            case ForeachStatement loop:
                return Each(loop);
            case SwitchStatement choice:
                return Switch(choice);
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            case GotoStatement jump:
                _goto = jump.Label;
                return Flow.Goto;
            case LabelStatement:
                return Flow.Next;
            default:
                throw new NotSupportedException($"The evaluator does not know {statement.GetType().Name}.");
        }
    }

    private void PutOut(Expression value) => _result = value is ConstantExpression { Value: string name }
        ? ReferenceValue.Of(ScalarType.Int64, _info.Verdicts[name])
        : ReferenceArithmetic.ConvertTo(Evaluate(value), _resultType);

    private Flow Loop(LoopStatement loop)
    {
        var flow = Execute(loop.Initializer);
        if (flow != Flow.Next) return flow;
        var first = true;
        while ((loop.TestsAfter && first) || loop.Condition is null || IsTrue(loop.Condition))
        {
            first = false;
            flow = Execute(loop.Body);
            if (flow == Flow.Break) break;
            if (flow is Flow.Return or Flow.Goto) return flow;
            flow = Execute(loop.Step);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    private Flow Each(ForeachStatement loop)
    {
        var array = loop.IsArray ? Evaluate(loop.Values[0]).Type : null;
        var values = array is not null
            ? Enumerable.Range(0, array.Size / Typer.ElementOf(array)!.Size)
                .Select(i => Evaluate(new IndexExpression(loop.Values[0], i)))
            : loop.IsRange ? Range(loop.Values) : loop.Values.Select(v => Evaluate(v));
        foreach (var value in values)
        {
            _locals[loop.Local] = ReferenceArithmetic.ConvertTo(value, TypeOf(loop.Local));
            if (++_steps > MaxSteps) throw new InvalidOperationException("The program does not end.");
            var flow = Execute(loop.Body);
            if (flow == Flow.Break) break;
            if (flow is Flow.Return or Flow.Goto) return flow;
        }

        return Flow.Next;
    }

    // Only two constants can count down: for other values the compiler does not know which is larger.
    private IEnumerable<ReferenceValue> Range(IReadOnlyList<Expression> ends)
    {
        var first = ReferenceArithmetic.ConvertTo(Evaluate(ends[0]), ScalarType.Int64).Number;
        var last = ReferenceArithmetic.ConvertTo(Evaluate(ends[1]), ScalarType.Int64).Number;
        var down = first > last && ends.All(end => Constants.Integer(end) is not null);
        for (var at = first; down ? at >= last : at <= last; at += down ? -1 : 1)
        {
            yield return ReferenceValue.Of(ScalarType.Int64, at);
        }
    }

    private Flow Switch(SwitchStatement choice)
    {
        var value = Evaluate(choice.Value);
        var matched = false;
        foreach (var clause in ArePresent(choice.Value) ? choice.Clauses : [])
        {
            if (!Compare(BinaryOperator.Equal, choice.Value, value, clause.Value, Evaluate(clause.Value))) continue;
            matched = true;
            var flow = Execute(clause.Body);
            if (flow != Flow.Next) return flow == Flow.Break ? Flow.Next : flow;
        }

        if (matched) return Flow.Next;
        var last = Execute(choice.Default);
        return last == Flow.Break ? Flow.Next : last;
    }

    private bool IsTrue(Expression condition) =>
        ReferenceArithmetic.IsTrue(Evaluate(condition)) && ArePresent(condition);

    // Whether the packet has all headers whose fields are in the values.
    private bool ArePresent(params IEnumerable<Expression> values) =>
        values.SelectMany(HeadersOf).All(header => _packet.Find(header) is not null);

    private IEnumerable<PacketHeader> HeadersOf(Expression value)
    {
        switch (value)
        {
            case HeaderFieldExpression field:
                return [field.Header];
            case LocalExpression { Local: var local }:
                return _compared.GetValueOrDefault(local, []);
            case LetExpression let:
                return HeadersOf(let.Body);
            case CastExpression { Type: not ScalarType { IsBoolean: true } } cast:
                return HeadersOf(cast.Operand);
            case UnaryExpression unary when unary.Operator != UnaryOperator.LogicalNot:
                return HeadersOf(unary.Operand);
            case BinaryExpression binary when !IsTruth(binary.Operator):
                return [.. HeadersOf(binary.Left), .. HeadersOf(binary.Right)];
            case FieldExpression field:
                return HeadersOf(field.Target);
            case IndexExpression element:
                return HeadersOf(element.Target);
            case PacketReadExpression read:
                return HeadersOf(read.Offset);
            case StructExpression record:
                return record.Fields.SelectMany(field => HeadersOf(field.Value));
            default:
                return [];
        }
    }

    private static bool IsTruth(BinaryOperator op) =>
        IsComparison(op) || op is BinaryOperator.LogicalAnd or BinaryOperator.LogicalOr or BinaryOperator.LogicalXor;

    private static bool IsComparison(BinaryOperator op) => op is BinaryOperator.Equal or BinaryOperator.NotEqual
        or BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual
        or BinaryOperator.CaseSensitiveEqual or BinaryOperator.CaseSensitiveNotEqual or BinaryOperator.StartsWith
        or BinaryOperator.CaseSensitiveStartsWith;
}
