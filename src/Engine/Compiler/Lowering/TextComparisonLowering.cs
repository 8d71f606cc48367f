using System.Text;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers comparisons of texts.</summary>
internal sealed class TextComparisonLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public void Lower(BoundBinary comparison, Block whenTrue, Block whenFalse)
    {
        var op = comparison.Operator;
        var differs = op is BinaryOperator.NotEqual or BinaryOperator.CaseSensitiveNotEqual;
        var (equal, different) = differs ? (whenFalse, whenTrue) : (whenTrue, whenFalse);
        var ignoreCase = op is BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.StartsWith;
        var prefix = op is BinaryOperator.StartsWith or BinaryOperator.CaseSensitiveStartsWith;
        var (left, right) = (comparison.Left, comparison.Right);
        if (!prefix && left is BoundConstant { Value: string }) (left, right) = (right, left);
        if (right is BoundConstant { Value: string constant })
        {
            if (left is BoundConstant { Value: string other })
            {
                var comparisonKind = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
                _b.Jump((prefix
                    ? other.StartsWith(constant, comparisonKind)
                    : string.Equals(other, constant, comparisonKind)) ? equal : different);
                return;
            }
            // One byte more than the constant and its end, so that a longer text is seen to be longer.
            var needed = Encoding.UTF8.GetByteCount(constant) + 2;
            var text = context.Memory.InMemory(context.Events.LowerTextUpTo(left, needed));
            CompareWithConstant(text, constant, ignoreCase, prefix, equal, different);
            return;
        }

        var (a, b) = (context.Memory.InMemory(context.Expressions.Lower(left)),
            context.Memory.InMemory(context.Expressions.Lower(right)));
        CompareTexts(a, b, ignoreCase, equal, different);
    }

    // As many bytes at a time as alignment allows. A letter's case is one bit, set on both sides before they are
    // compared.
    private void CompareWithConstant(MemoryOperand text, string constant, bool ignoreCase, bool prefix, Block equal,
        Block different)
    {
        var capacity = ((StringType)text.Type).Capacity;
        var bytes = Encoding.UTF8.GetBytes(constant);
        if (bytes.Length >= capacity && !(prefix && bytes.Length < capacity))
        {
            _b.Jump(different);
            return;
        }
        // The end of the text counts too, unless only its beginning is asked for.
        byte[] wanted = prefix ? bytes : [.. bytes, 0];
        if (wanted.Length == 0)
        {
            _b.Jump(equal);
            return;
        }

        foreach (var (offset, size) in Covering(wanted.Length, capacity, text.Place.Alignment))
        {
            long mask = 0, value = 0, letters = 0;
            for (var i = 0; i < size && offset + i < wanted.Length; i++)
            {
                var b = wanted[offset + i];
                mask |= 0xffL << (i * 8);
                if (ignoreCase && char.IsAsciiLetter((char)b))
                {
                    letters |= 0x20L << (i * 8);
                    b |= 0x20;
                }

                value |= (long)b << (i * 8);
            }

            var loaded = _b.Load(text.Place.Region, text.Place.Pointer, text.Place.Offset + offset, size);
            var masked = _b.Make(Op.And, loaded, _b.Constant(mask));
            var next = _b.NewBlock();
            var folded = _b.Make(Op.Or, masked, _b.Constant(letters));
            _b.Branch(Comparison.Equal, folded, _b.Constant(value), next, different);
            if (!_b.StartIfReached(next)) return;
        }

        _b.Jump(equal);
    }

    // Accesses that cover the first bytes of a text without leaving it, the last one perhaps wider than needed.
    private static IEnumerable<(int Offset, int Size)> Covering(int bytes, int capacity, int alignment)
    {
        for (var offset = 0; offset < bytes;)
        {
            var size = 8;
            while (size > 1 && (offset + size > capacity || size > alignment || size / 2 >= bytes - offset)) size /= 2;
            yield return (offset, size);
            offset += size;
        }
    }

    // Two texts that are not constants: byte by byte, until both end or one differs.
    private void CompareTexts(MemoryOperand left, MemoryOperand right, bool ignoreCase, Block equal, Block different)
    {
        var (a, b) = (((StringType)left.Type).Capacity, ((StringType)right.Type).Capacity);
        for (var i = 0; i < Math.Max(a, b); i++)
        {
            var x = i < a ? ByteOf(left, i, ignoreCase) : _b.Constant(0);
            var y = i < b ? ByteOf(right, i, ignoreCase) : _b.Constant(0);
            var (same, next) = (_b.NewBlock(), _b.NewBlock());
            _b.Branch(Comparison.Equal, x, y, same, different);
            if (!_b.StartIfReached(same)) return;
            _b.BranchIfNotZero(x, next, equal);
            if (!_b.StartIfReached(next)) return;
        }

        _b.Jump(equal);
    }

    private Value ByteOf(MemoryOperand text, int index, bool lower)
    {
        var loaded = _b.Load(text.Place.Region, text.Place.Pointer, text.Place.Offset + index, 1);
        if (!lower) return loaded;
        return SelectLower(loaded, _b.Make(Op.Add, loaded, _b.Constant(-'A')));
    }

    // The letter with its case bit set, if it is one of the 26 capitals.
    private Value SelectLower(Value letter, Value distance)
    {
        if (_b.Current is null) return letter;
        var (upper, other, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.Branch(Comparison.UnsignedLessOrEqual, distance, _b.Constant(25), upper, other);
        _b.Start(upper);
        var lowered = _b.Make(Op.Or, letter, _b.Constant(0x20));
        _b.Jump(after);
        _b.Start(other);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((upper, lowered), (other, letter));
    }
}
