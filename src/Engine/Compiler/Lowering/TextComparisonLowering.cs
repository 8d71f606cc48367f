namespace EbpfCat.Compiler;

/// <summary>Lowers comparisons of texts.</summary>
internal sealed class TextComparisonLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly EventLowering _events = context.Events;

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
            // One byte more than the constant and its NUL, so that a longer text differs.
            var needed = Encoding.UTF8.GetByteCount(constant) + 2;
            var text = _memory.InMemory(_events.LowerTextUpTo(left, needed));
            CompareWithConstant(text, constant, ignoreCase, prefix, equal, different);
            return;
        }

        var (a, b) = (_memory.InMemory(context.Expressions.Lower(left)),
            _memory.InMemory(context.Expressions.Lower(right)));
        CompareTexts(a, b, ignoreCase, equal, different);
    }

    // Compares as many bytes at a time as the alignment allows. The case of an ASCII letter is one bit, which is set in
    // both texts first.
    private void CompareWithConstant(MemoryOperand text, string constant, bool ignoreCase, bool prefix, Block equal,
        Block different)
    {
        var capacity = ((StringType)text.Type).Capacity;
        var bytes = Encoding.UTF8.GetBytes(constant);
        if (bytes.Length > capacity)
        {
            _b.Jump(different);
            return;
        }

        // A whole text includes its NUL, unless it fills its place, as bytes of a packet do.
        byte[] expected = prefix || bytes.Length == capacity ? bytes : [.. bytes, 0];
        if (expected.Length == 0)
        {
            _b.Jump(equal);
            return;
        }

        foreach (var (offset, size) in Covering(expected.Length, capacity, text.Place.Alignment))
        {
            long mask = 0, value = 0, letters = 0;
            for (var i = 0; i < size && offset + i < expected.Length; i++)
            {
                var b = expected[offset + i];
                mask |= 0xffL << (i * 8);
                if (ignoreCase && char.IsAsciiLetter((char)b))
                {
                    letters |= 0x20L << (i * 8);
                    b |= 0x20;
                }

                value |= (long)b << (i * 8);
            }

            var masked = _b.Make(Op.And, _b.Load(text.Place.At(offset), size), _b.Constant(mask));
            var folded = _b.Make(Op.Or, masked, _b.Constant(letters));
            if (!_b.Guard(Comparison.Equal, folded, _b.Constant(value), different)) return;
        }

        _b.Jump(equal);
    }

    // Loads that cover the first bytes of a text and stay inside it; the last may be wider than necessary.
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

    // Compares two variable texts byte by byte, until both end or differ.
    private void CompareTexts(MemoryOperand left, MemoryOperand right, bool ignoreCase, Block equal, Block different)
    {
        var (a, b) = (((StringType)left.Type).Capacity, ((StringType)right.Type).Capacity);
        for (var i = 0; i < Math.Max(a, b); i++)
        {
            var x = i < a ? ByteOf(left, i, ignoreCase) : _b.Constant(0);
            var y = i < b ? ByteOf(right, i, ignoreCase) : _b.Constant(0);
            if (!_b.Guard(Comparison.Equal, x, y, different)
                || !_b.Guard(Comparison.NotEqual, x, _b.Constant(0), equal))
            {
                return;
            }
        }

        _b.Jump(equal);
    }

    private Value ByteOf(MemoryOperand text, int index, bool lower)
    {
        var letter = _b.Load(text.Place.At(index), 1);
        if (!lower || _b.Current is null) return letter;
        var distance = _b.Make(Op.Add, letter, _b.Constant(-'A'));
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
