using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    /// <summary>Writes the code that goes to one block or the other. Both may turn out not to be reached.</summary>
    private void LowerCondition(Expression condition, Block whenTrue, Block whenFalse)
    {
        switch (condition)
        {
            case BinaryExpression { Operator: BinaryOperator.LogicalAnd } and:
                LowerBoth(and, whenTrue, whenFalse, and: true);
                break;
            case BinaryExpression { Operator: BinaryOperator.LogicalOr } or:
                LowerBoth(or, whenTrue, whenFalse, and: false);
                break;
            case UnaryExpression { Operator: UnaryOperator.LogicalNot } not:
                LowerCondition(not.Operand, whenFalse, whenTrue);
                break;
            case ConstantExpression { Value: bool known }:
                Jump(known ? whenTrue : whenFalse);
                break;
            case LetExpression let:
                _letValues[let.Local] = let.Value;
                Assign(let.Local, LowerExpression(let.Value), let.Source);
                LowerCondition(let.Body, whenTrue, whenFalse);
                break;
            case HeaderExpression header:
                LowerPresence(header.Header, whenTrue, whenFalse);
                break;
            case MapContainsExpression contains:
                LowerContains(contains, whenTrue, whenFalse);
                break;
            case BinaryExpression { Operator: >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveStartsWith } comparison:
                LowerComparison(comparison, whenTrue, whenFalse);
                break;
            default:
                LowerTruth(LowerExpression(condition), condition.Source, whenTrue, whenFalse);
                break;
        }
    }

    private void LowerBoth(BinaryExpression expression, Block whenTrue, Block whenFalse, bool and)
    {
        var second = _b.NewBlock();
        if (and) LowerCondition(expression.Left, second, whenFalse);
        else LowerCondition(expression.Left, whenTrue, second);
        if (second.Predecessors.Count == 0) return;
        Start(second);
        LowerCondition(expression.Right, whenTrue, whenFalse);
    }

    // As in PowerShell: a number that is not zero is true, a text that is not empty, an address always.
    private void LowerTruth(Operand operand, SourceSpan? source, Block whenTrue, Block whenFalse)
    {
        switch (operand)
        {
            case ScalarOperand scalar:
                BranchIfNotZero(scalar.Value, whenTrue, whenFalse);
                break;
            case { Type: StringType }:
                var place = InMemory(operand).Place;
                BranchIfNotZero(_b.Load(place.Region, place.Pointer, place.Offset, 1), whenTrue, whenFalse);
                break;
            default:
                throw Error("WrongType", $"{operand.Type.Name} is neither true nor false.", source,
                    "Compare it with something.");
        }
    }

    private void LowerComparison(BinaryExpression comparison, Block whenTrue, Block whenFalse)
    {
        var op = comparison.Operator;
        comparison = WithoutNames(comparison);
        if (LowerLengthComparison(comparison, whenTrue, whenFalse)) return;
        var (leftType, rightType) = (_typer.TypeOf(comparison.Left), _typer.TypeOf(comparison.Right));
        if (leftType is ScalarType && rightType is ScalarType)
        {
            var (a, b, signed) = Balance(comparison);
            Branch(ComparisonOf(op, signed, comparison.Source), a, b, whenTrue, whenFalse);
            return;
        }

        if (leftType is StringType && rightType is StringType)
        {
            LowerStringComparison(comparison, whenTrue, whenFalse);
            return;
        }

        var (left, right) = (LowerExpression(comparison.Left), LowerExpression(comparison.Right));
        var common = CommonBytes(left, right) ?? throw Error("WrongType",
            $"{left.Type.Name} and {right.Type.Name} cannot be compared.", comparison.Source,
            AdviceToCompare(left.Type, right.Type));
        if (op is not (BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveEqual
            or BinaryOperator.CaseSensitiveNotEqual))
        {
            throw Error("WrongType", $"{left.Type.Name} has no order.", comparison.Source, "Use -eq or -ne.");
        }

        var differs = op is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
        CompareBytes(Convert(left, common, comparison.Source), Convert(right, common, comparison.Source),
            differs ? whenFalse : whenTrue, differs ? whenTrue : whenFalse);
    }

    // Two values of the same bytes: piece by piece, leaving at the first that differs.
    private void CompareBytes(Operand left, Operand right, Block whenEqual, Block whenDifferent)
    {
        var layout = PieceLayout(left.Type.Size, InStack(left) || InStack(right) ? 1 : 8);
        var (a, b) = (Pieces(left, layout), Pieces(right, layout));
        for (var i = 0; i < a.Count; i++)
        {
            var last = i == a.Count - 1;
            var next = last ? whenEqual : _b.NewBlock();
            Branch(Comparison.Equal, a[i].Value, b[i].Value, next, whenDifferent);
            if (last || next.Predecessors.Count == 0) return;
            Start(next);
        }
    }

    private static bool InStack(Operand operand) => operand is MemoryOperand { Place.Region: MemoryRegion.Stack };

    private static EbpfType? CommonBytes(Operand left, Operand right)
    {
        if (left.Type == right.Type) return left.Type;
        if (left.Type is AddressType { Kind: not AddressKind.Mac } && right.Type is AddressType { Kind: not AddressKind.Mac })
        {
            return AddressType.IPAddress;
        }

        return null;
    }

    // Both operands as numbers of one kind, and whether they compare with signs.
    private (Value Left, Value Right, bool Signed) Balance(BinaryExpression expression)
    {
        var type = (ScalarType)_typer.Arithmetic(expression)!;
        var (left, right) = ((ScalarOperand)LowerExpression(expression.Left), (ScalarOperand)LowerExpression(expression.Right));
        if (type.IsFixed)
        {
            return (Convert(left, type, expression.Source).Value, Convert(right, type, expression.Source).Value, true);
        }

        return (left.Value, right.Value, type.IsSigned);
    }

    private static Comparison ComparisonOf(BinaryOperator op, bool signed, SourceSpan? source) => op switch
    {
        BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual => Comparison.Equal,
        BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual => Comparison.NotEqual,
        BinaryOperator.Less => signed ? Comparison.SignedLess : Comparison.UnsignedLess,
        BinaryOperator.LessOrEqual => signed ? Comparison.SignedLessOrEqual : Comparison.UnsignedLessOrEqual,
        BinaryOperator.Greater => signed ? Comparison.SignedGreater : Comparison.UnsignedGreater,
        BinaryOperator.GreaterOrEqual => signed ? Comparison.SignedGreaterOrEqual : Comparison.UnsignedGreaterOrEqual,
        _ => throw Error("WrongType", "A number does not begin with a text.", source, "Use -like on a text."),
    };

    // A truth value where a number is wanted: one of two blocks writes it.
    private ScalarOperand Materialize(Expression condition)
    {
        var (yes, no, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        LowerCondition(condition, yes, no);
        var incoming = new List<(Block, Value)>();
        foreach (var (block, value) in new[] { (yes, 1L), (no, 0L) })
        {
            if (block.Predecessors.Count == 0) continue;
            Start(block);
            incoming.Add((block, _b.Constant(value)));
            Jump(after);
        }

        if (incoming.Count == 0) return new ScalarOperand(ScalarType.Boolean, _b.Constant(0));
        Start(after);
        return new ScalarOperand(ScalarType.Boolean, _b.Phi([.. incoming]));
    }
}
