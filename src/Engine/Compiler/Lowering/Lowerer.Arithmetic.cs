using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private const long Scale = ScalarType.FixedScale;

    private ScalarOperand LowerBinary(BoundBinary binary) =>
        Combine(binary.Operator, LowerScalar(binary.Left), LowerScalar(binary.Right), binary.Arithmetic!,
            (ScalarType)binary.Type);

    private ScalarOperand Combine(BinaryOperator op, ScalarOperand a, ScalarOperand b, ScalarType arithmetic,
        ScalarType result)
    {
        var signed = arithmetic.IsSigned;
        ScalarOperand Give(Value value) => new(result, value);
        switch (op)
        {
            case BinaryOperator.BitAnd:
                return Give(_b.Make(Op.And, a.Value, b.Value));
            case BinaryOperator.BitOr:
                return Give(_b.Make(Op.Or, a.Value, b.Value));
            case BinaryOperator.BitXor or BinaryOperator.LogicalXor:
                return Give(_b.Make(Op.Xor, a.Value, b.Value));
            case BinaryOperator.ShiftLeft:
                return Give(_b.Make(Op.Shl, a.Value, b.Value));
            case BinaryOperator.ShiftRight:
                return Give(_b.Make(result.IsSigned ? Op.Sar : Op.Shr, a.Value, b.Value));
            case BinaryOperator.Multiply when arithmetic.IsFixed:
                var product = _b.Make(Op.Mul, a.Value, b.Value);
                return Give(a.Scalar.IsFixed && b.Scalar.IsFixed ? SignedDivide(product, _b.Constant(Scale)) : product);
            case BinaryOperator.Divide:
                return Give(FixedQuotient(a.Value, b.Value, a.Scalar.IsFixed, b.Scalar.IsFixed));
            case BinaryOperator.FloorDivide or BinaryOperator.TruncateDivide:
                return Give(IntegerQuotient(op, a, b, arithmetic));
        }

        var (x, y) = (Scaled(a, arithmetic), Scaled(b, arithmetic));
        return op switch
        {
            BinaryOperator.Add => Give(_b.Make(Op.Add, x, y)),
            BinaryOperator.Subtract => Give(_b.Make(Op.Sub, x, y)),
            BinaryOperator.Multiply => Give(_b.Make(Op.Mul, x, y)),
            BinaryOperator.Remainder => Give(_b.Make(signed ? Op.SMod : Op.UMod, x, y)),
            BinaryOperator.Minimum =>
            Give(Choose(signed ? Comparison.SignedLessOrEqual : Comparison.UnsignedLessOrEqual, x, y)),
            BinaryOperator.Maximum =>
            Give(Choose(signed ? Comparison.SignedGreaterOrEqual : Comparison.UnsignedGreaterOrEqual, x, y)),
            _ => throw new UnreachableException($"{op}"),
        };
    }

    private Value Scaled(ScalarOperand operand, ScalarType arithmetic) => arithmetic.IsFixed && !operand.Scalar.IsFixed
        ? _b.Make(Op.Mul, operand.Value, _b.Constant(Scale))
        : operand.Value;

    private Value SignedDivide(Value a, Value b) => _b.Make(Op.SDiv, a, b);

    private Value FixedQuotient(Value a, Value b, bool aIsFixed, bool bIsFixed)
    {
        var dividend = aIsFixed == bIsFixed ? _b.Make(Op.Mul, a, _b.Constant(Scale))
            : aIsFixed ? a
            : _b.Make(Op.Mul, a, _b.Constant(Scale * Scale));
        return SignedDivide(dividend, b);
    }

    private Value IntegerQuotient(BinaryOperator op, ScalarOperand a, ScalarOperand b, ScalarType arithmetic)
    {
        var (x, y) = (Scaled(a, arithmetic), Scaled(b, arithmetic));
        if (!arithmetic.IsSigned) return _b.Make(Op.UDiv, x, y);
        return op == BinaryOperator.TruncateDivide ? SignedDivide(x, y) : FloorQuotient(x, y);
    }

    // One less than the truncated quotient where there is a remainder and the signs differ.
    private Value FloorQuotient(Value x, Value y)
    {
        var quotient = SignedDivide(x, y);
        if (ValueRange.IsNonNegative(x) && ValueRange.IsNonNegative(y)) return quotient;
        var remainder = y.IsConstant && y.Immediate == 0
            ? _b.Constant(0)
            : _b.Make(Op.Sub, x, _b.Make(Op.Mul, quotient, y));
        var (rest, down, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        var start = _b.Current;
        if (start is null) return quotient;
        // A divisor of zero gives zero: the remainder is then the dividend, and must not count.
        var sign = _b.Make(Op.Xor, x, y);
        var divisible = _b.NewBlock();
        BranchIfNotZero(remainder, rest, divisible);
        if (rest.Predecessors.Count > 0)
        {
            Start(rest);
            var zero = _b.NewBlock();
            BranchIfNotZero(y, zero, divisible);
            if (zero.Predecessors.Count > 0)
            {
                Start(zero);
                Branch(Comparison.SignedLess, sign, _b.Constant(0), down, divisible);
            }
        }

        var incoming = new List<(Block, Value)>();
        if (down.Predecessors.Count > 0)
        {
            Start(down);
            incoming.Add((down, _b.Make(Op.Add, quotient, _b.Constant(-1))));
            Jump(after);
        }

        if (divisible.Predecessors.Count > 0)
        {
            Start(divisible);
            incoming.Add((divisible, quotient));
            Jump(after);
        }

        Start(after);
        return _b.Phi([.. incoming]);
    }

    private Value Choose(Comparison comparison, Value x, Value y) => Choose(comparison, x, y, y);

    private ScalarOperand LowerUnary(BoundUnary unary)
    {
        var operand = LowerScalar(unary.Operand);
        var result = (ScalarType)unary.Type;
        switch (unary.Operator)
        {
            case UnaryOperator.Negate:
                return new(result, _b.Make(Op.Negate, operand.Value));
            case UnaryOperator.BitNot:
                return new(result, _b.Make(Op.Xor, operand.Value, _b.Constant(-1)));
            case UnaryOperator.Absolute:
                return operand.Scalar.IsSigned
                    ? new(result, Choose(Comparison.SignedGreaterOrEqual, operand.Value, _b.Constant(0),
                        _b.Make(Op.Negate, operand.Value)))
                    : new(result, operand.Value);
            case UnaryOperator.Truncate:
                return operand.Scalar.IsFixed
                    ? (ScalarOperand)Convert(operand, ScalarType.Int64)
                    : new(result, operand.Value);
            case UnaryOperator.Floor:
                return operand.Scalar.IsFixed
                    ? new(result, FloorQuotient(operand.Value, _b.Constant(Scale)))
                    : new(result, operand.Value);
            default:
                throw new UnreachableException($"{unary.Operator}");
        }
    }

    // x if it compares so with the bound, else y.
    private Value Choose(Comparison comparison, Value x, Value bound, Value y)
    {
        if (_b.Current is null) return x;
        var (first, second, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        Branch(comparison, x, bound, first, second);
        var incoming = new List<(Block, Value)>();
        foreach (var (block, value) in new[] { (first, x), (second, y) })
        {
            if (block.Predecessors.Count == 0) continue;
            Start(block);
            incoming.Add((block, value));
            Jump(after);
        }

        Start(after);
        return _b.Phi([.. incoming]);
    }

    // ---- conversions

    private ScalarOperand Convert(ScalarOperand operand, ScalarType type) =>
        (ScalarOperand)Convert((Operand)operand, type);

    /// <summary>What an assignment to a type makes of a value.</summary>
    private Operand Convert(Operand operand, EbpfType type)
    {
        if (operand.Type == type) return operand;
        switch (operand, type)
        {
            case (ScalarOperand scalar, ScalarType target):
                return new ScalarOperand(target, ConvertNumber(scalar, target));
            case (ScalarOperand { Value: { IsConstant: true, Immediate: 0 } }, _) when type is not PrefixType:
                return BytesOf(type, new byte[type.Size]);
            case (ScalarOperand number, AddressType { Kind: AddressKind.IPv4 }):
                return new PiecesOperand(type, [new Piece(0, 4, _b.Make(Op.ByteSwap, 32, number.Value))]);
            case (PiecesOperand or MemoryOperand, ScalarType { IsBoolean: false, IsFixed: false } target)
                when operand.Type is AddressType { Kind: AddressKind.IPv4 }:
                var bytes = Pieces(operand, [(0, 4)])[0].Value;
                return Convert(new ScalarOperand(ScalarType.UInt32, _b.Make(Op.ByteSwap, 32, bytes)), target);
            case ({ Type: AddressType { Kind: AddressKind.IPv4 } },
                AddressType { Kind: AddressKind.IPAddress or AddressKind.IPv6 }):
                return new PiecesOperand(type,
                [
                    new Piece(0, 8, _b.Constant(0)),
                    new Piece(8, 4, _b.Constant(0xffff0000)),
                    new Piece(12, 4, Pieces(operand, [(0, 4)])[0].Value),
                ]);
            case ({ Type: AddressType { Kind: AddressKind.IPv6 or AddressKind.IPAddress } },
                AddressType { Kind: AddressKind.IPv6 or AddressKind.IPAddress }):
                return operand is MemoryOperand memory
                    ? new MemoryOperand(type, memory.Place)
                    : new PiecesOperand(type, ((PiecesOperand)operand).Pieces);
            case ({ Type: AddressType address }, PrefixType prefix)
                when address == prefix.Address || prefix.Kind == AddressKind.IPAddress:
                return PrefixOf(operand, prefix);
            case ({ Type: StringType text }, StringType target):
                return ConvertText(operand, text, target);
            case ({ Type: StructType from }, StructType record):
                var copy = StackPlace(Temporary(record.Size));
                StoreByName(operand, from, record, copy);
                return new MemoryOperand(record, copy);
            case ({ Type: BytesType given }, _) when given.Length == type.Size && type is not ScalarType:
                return Retype(operand, type);
            case ({ } given, BytesType target) when given.Type.Size == target.Length && given is not ScalarOperand:
                return Retype(operand, type);
            default:
                throw new UnreachableException($"{operand.Type.Name} as {type.Name}");
        }
    }

    private static Operand Retype(Operand operand, EbpfType type) => operand switch
    {
        MemoryOperand memory => new MemoryOperand(type, memory.Place),
        PiecesOperand pieces => new PiecesOperand(type, pieces.Pieces),
        _ => operand,
    };

    private Value ConvertNumber(ScalarOperand operand, ScalarType target)
    {
        var value = operand.Value;
        if (target.IsFixed) return operand.Scalar.IsFixed ? value : _b.Make(Op.Mul, value, _b.Constant(Scale));
        if (target.IsBoolean)
        {
            return operand.Scalar.IsBoolean
            ? value
            : Choose(Comparison.Equal, _b.Constant(0), value, _b.Constant(1));
        }

        if (operand.Scalar.IsFixed) value = SignedDivide(value, _b.Constant(Scale));
        if (target.Bits == 64) return value;
        return target.IsSigned
            ? _b.Make(Op.SignExtend, target.Bits, value)
            : _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(target.Bits)));
    }

    private Operand PrefixOf(Operand operand, PrefixType prefix)
    {
        // A lookup asks with the whole address: the longest prefix that covers it is found.
        var address = Convert(operand, prefix.Address);
        var pieces = new List<Piece> { new(0, 4, _b.Constant(prefix.Address.Size * 8)) };
        foreach (var piece in Pieces(address,
            PieceLayout(prefix.Address.Size, 4)))
        {
            pieces.Add(piece with { Offset = piece.Offset + 4 });
        }

        return new PiecesOperand(prefix, pieces);
    }

    private Operand ConvertText(Operand operand, StringType text, StringType target)
    {
        var common = Math.Min(text.Capacity, target.Capacity);
        var alignment = operand is MemoryOperand memory ? AlignmentOf(memory.Place) : 8;
        var pieces = Pieces(operand, PieceLayout(common, alignment)).ToList();
        foreach (var (offset, size) in PieceLayout(target.Capacity - common, 1))
        {
            pieces.Add(new Piece(common + offset, size, _b.Constant(0)));
        }

        if (target.Capacity < text.Capacity) // cut: the last byte ends the text
        {
            pieces = [.. PieceLayout(common, 8)
                .Select(p => new Piece(p.Offset, p.Size, Cut(pieces, p.Offset, p.Size)))];
            var last = pieces[^1];
            var rest = _b.Constant(Simplifier.Mask((last.Size - 1) * 8));
            pieces[^1] = last with { Value = _b.Make(Op.And, last.Value, rest) };
        }

        return new PiecesOperand(target, pieces);
    }
}
