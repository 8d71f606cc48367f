using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    /// <summary>Writes the code that goes to one block or the other. Both may turn out not to be reached.</summary>
    private void LowerCondition(BoundExpression condition, Block whenTrue, Block whenFalse)
    {
        switch (condition)
        {
            case BoundBinary { Operator: BinaryOperator.LogicalAnd } and:
                LowerBoth(and, whenTrue, whenFalse, and: true);
                break;
            case BoundBinary { Operator: BinaryOperator.LogicalOr } or:
                LowerBoth(or, whenTrue, whenFalse, and: false);
                break;
            case BoundUnary { Operator: UnaryOperator.LogicalNot } not:
                LowerCondition(not.Operand, whenFalse, whenTrue);
                break;
            case BoundConstant { Value: bool known }:
                Jump(known ? whenTrue : whenFalse);
                break;
            case BoundLet let:
                Assign(let.Local, LowerExpression(let.Value));
                LowerCondition(let.Body, whenTrue, whenFalse);
                break;
            case BoundHeaderTest header:
                LowerPresence(header.Header, whenTrue, whenFalse);
                break;
            case BoundMapTest contains:
                LowerContains(contains, whenTrue, whenFalse);
                break;
            case BoundPacketSizeTest { Bytes: var bytes, Has: var has }:
                Branch(Comparison.PacketHas, _b.Read(_data), _b.Constant(bytes), has
                    ? whenTrue
                    : whenFalse, has
                    ? whenFalse
                    : whenTrue);
                break;
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveStartsWith }
                comparison:
                LowerComparison(comparison, whenTrue, whenFalse);
                break;
            default:
                LowerTruth(LowerExpression(condition), whenTrue, whenFalse);
                break;
        }
    }

    private void LowerBoth(BoundBinary expression, Block whenTrue, Block whenFalse, bool and)
    {
        var second = _b.NewBlock();
        if (and) LowerCondition(expression.Left, second, whenFalse);
        else LowerCondition(expression.Left, whenTrue, second);
        if (second.Predecessors.Count == 0) return;
        Start(second);
        LowerCondition(expression.Right, whenTrue, whenFalse);
    }

    // As in PowerShell: a number that is not zero is true, a text that is not empty, an address always.
    private void LowerTruth(Operand operand, Block whenTrue, Block whenFalse)
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
                throw new UnreachableException(operand.Type.Name);
        }
    }

    private void LowerComparison(BoundBinary comparison, Block whenTrue, Block whenFalse)
    {
        var op = comparison.Operator;
        if (comparison.Arithmetic is { } type)
        {
            var (a, b) = ((ScalarOperand)LowerExpression(comparison.Left),
                (ScalarOperand)LowerExpression(comparison.Right));
            if (type.IsFixed) (a, b) = (Convert(a, type), Convert(b, type));
            Branch(ComparisonOf(op, type.IsFixed || type.IsSigned), a.Value, b.Value, whenTrue, whenFalse);
            return;
        }

        if (comparison.Left.Type is StringType)
        {
            LowerStringComparison(comparison, whenTrue, whenFalse);
            return;
        }

        var (left, right) = (LowerExpression(comparison.Left), LowerExpression(comparison.Right));
        var common = left.Type == right.Type ? left.Type : AddressType.IPAddress;
        var differs = op is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
        CompareBytes(Convert(left, common), Convert(right, common), differs
            ? whenFalse
            : whenTrue, differs
            ? whenTrue
            : whenFalse);
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

    private static Comparison ComparisonOf(BinaryOperator op, bool signed) => op switch
    {
        BinaryOperator.Equal or BinaryOperator.CaseSensitiveEqual => Comparison.Equal,
        BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual => Comparison.NotEqual,
        BinaryOperator.Less => signed ? Comparison.SignedLess : Comparison.UnsignedLess,
        BinaryOperator.LessOrEqual => signed ? Comparison.SignedLessOrEqual : Comparison.UnsignedLessOrEqual,
        BinaryOperator.Greater => signed ? Comparison.SignedGreater : Comparison.UnsignedGreater,
        BinaryOperator.GreaterOrEqual => signed ? Comparison.SignedGreaterOrEqual : Comparison.UnsignedGreaterOrEqual,
        _ => throw new UnreachableException($"{op}"),
    };

    // A truth value where a number is wanted: one of two blocks writes it.
    private ScalarOperand Materialize(BoundExpression condition)
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
