namespace EbpfCat.Compiler;

/// <summary>Lowers conditions to branches between two blocks.</summary>
internal sealed class ConditionLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly LocalLowering _locals = context.Locals;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly MapLowering _maps = context.Maps;
    private readonly TextComparisonLowering _texts = context.Texts;

    /// <summary>Branches to one of two blocks. Either may turn out not to be reached.</summary>
    public void Lower(BoundExpression condition, Block whenTrue, Block whenFalse)
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
                Lower(not.Operand, whenFalse, whenTrue);
                break;
            case BoundConstant { Value: bool known }:
                _b.Jump(known ? whenTrue : whenFalse);
                break;
            case BoundLet let:
                _locals.Assign(let.Local, context.Expressions.Lower(let.Value));
                Lower(let.Body, whenTrue, whenFalse);
                break;
            case BoundHeaderTest header:
                _headers.Test(header.Header, whenTrue, whenFalse);
                break;
            case BoundMapTest contains:
                _maps.LowerContains(contains, whenTrue, whenFalse);
                break;
            case BoundPacketSizeTest { Bytes: var bytes, Has: var has }:
                _packet.BranchIfLong(bytes, has ? whenTrue : whenFalse, has ? whenFalse : whenTrue);
                break;
            case BoundBinary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.CaseSensitiveStartsWith }
                comparison:
                LowerComparison(comparison, whenTrue, whenFalse);
                break;
            default:
                LowerTruth(context.Expressions.Lower(condition), whenTrue, whenFalse);
                break;
        }
    }

    private void LowerBoth(BoundBinary expression, Block whenTrue, Block whenFalse, bool and)
    {
        var second = _b.NewBlock();
        if (and) Lower(expression.Left, second, whenFalse);
        else Lower(expression.Left, whenTrue, second);
        if (!_b.StartIfReached(second)) return;
        Lower(expression.Right, whenTrue, whenFalse);
    }

    // As in PowerShell, a number is true if it is not zero, a text if it is not empty.
    private void LowerTruth(Operand operand, Block whenTrue, Block whenFalse)
    {
        switch (operand)
        {
            case ScalarOperand scalar:
                _b.BranchIfNotZero(scalar.Value, whenTrue, whenFalse);
                break;
            case { Type: StringType }:
                var place = _memory.InMemory(operand).Place;
                _b.BranchIfNotZero(_b.Load(place, 1), whenTrue, whenFalse);
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
            var (a, b) = ((ScalarOperand)context.Expressions.Lower(comparison.Left),
                (ScalarOperand)context.Expressions.Lower(comparison.Right));
            if (type.IsFixed) (a, b) = (_conversions.Convert(a, type), _conversions.Convert(b, type));
            _b.Branch(ComparisonOf(op, type.IsFixed || type.IsSigned), a.Value, b.Value, whenTrue, whenFalse);
            return;
        }

        if (comparison.Left.Type is StringType)
        {
            _texts.Lower(comparison, whenTrue, whenFalse);
            return;
        }

        var (left, right) = (context.Expressions.Lower(comparison.Left), context.Expressions.Lower(comparison.Right));
        var common = left.Type == right.Type ? left.Type : AddressType.IPAddress;
        var differs = op is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
        CompareBytes(_conversions.Convert(left, common), _conversions.Convert(right, common), differs
            ? whenFalse
            : whenTrue, differs
            ? whenTrue
            : whenFalse);
    }

    // Compares piece by piece, up to the first that differs.
    private void CompareBytes(Operand left, Operand right, Block whenEqual, Block whenDifferent)
    {
        var layout = PieceLayout.Of(left.Type.Size, InStack(left) || InStack(right) ? 1 : 8);
        var (a, b) = (_memory.Pieces(left, layout), _memory.Pieces(right, layout));
        for (var i = 0; i < a.Count; i++)
        {
            var last = i == a.Count - 1;
            var next = last ? whenEqual : _b.NewBlock();
            _b.Branch(Comparison.Equal, a[i].Value, b[i].Value, next, whenDifferent);
            if (last || next.Predecessors.Count == 0) return;
            _b.Start(next);
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

    /// <summary>The value of a condition, 1 or 0.</summary>
    public ScalarOperand Materialize(BoundExpression condition)
    {
        var (yes, no, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        Lower(condition, yes, no);
        var incoming = new List<(Block, Value)>();
        foreach (var (block, value) in new[] { (yes, 1L), (no, 0L) })
        {
            if (!_b.StartIfReached(block)) continue;
            incoming.Add((block, _b.Constant(value)));
            _b.Jump(after);
        }

        if (incoming.Count == 0) return new ScalarOperand(ScalarType.Boolean, _b.Constant(0));
        _b.Start(after);
        return new ScalarOperand(ScalarType.Boolean, _b.Phi([.. incoming]));
    }
}
