namespace EbpfCat.Compiler;

/// <summary>Lowers observations: values counted in a histogram or statistics.</summary>
internal sealed class AggregateLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly MapLowering _maps = context.Maps;

    /// <summary>Counts a value in the entry of a key, which is inserted if absent; false if the map is full.</summary>
    public ScalarOperand Lower(BoundMapCall call)
    {
        var number = context.Expressions.LowerScalar(call.Arguments[1]);
        if (number.Scalar.IsFixed) number = _conversions.Convert(number, ScalarType.Int64);
        var pointer = _maps.LocateEntry(call.Map, call.Arguments[0], insert: true).Place.Pointer;
        var counted = _b.IfNotZero(pointer, () =>
        {
            var entry = new Place(MemoryRegion.Map, pointer, 0);
            if (call.Map.Map.Value is HistogramType) CountMagnitude(entry, number);
            else AddToStatistics(entry, number.Value);
            return _b.Constant(1);
        });
        return new ScalarOperand(ScalarType.Boolean, counted);
    }

    private void CountMagnitude(Place entry, ScalarOperand number)
    {
        var value = number.Scalar.IsSigned
            ? _b.Select(Comparison.SignedGreaterOrEqual, number.Value, _b.Constant(0))
            : _b.Select(Comparison.UnsignedLessOrEqual, number.Value, _b.Constant(long.MaxValue));
        var index = _b.Make(Op.And, BitLength(value), _b.Constant(HistogramType.BucketCount - 1));
        var bucket = _b.Make(Op.Add, entry.Pointer, _b.Make(Op.Shl, index, _b.Constant(3)));
        Increase(entry with { Pointer = bucket }, _b.Constant(1));
    }

    // The number of bits of a value that is not negative, by a binary search for the highest bit. It has no branches,
    // so that the verifier follows one path, not 64: the sign of a difference selects the half.
    private Value BitLength(Value value)
    {
        var length = _b.Constant(0);
        for (var half = 32; half > 0; half /= 2)
        {
            var isLarge = _b.Make(Op.Shr, _b.Make(Op.Sub, _b.Constant((1L << half) - 1), value), _b.Constant(63));
            var shift = _b.Make(Op.Mul, isLarge, _b.Constant(half));
            value = _b.Make(Op.Shr, value, shift);
            length = _b.Make(Op.Add, length, shift);
        }

        return _b.Make(Op.Add, length, value);
    }

    // The first value is the minimum and the maximum. If two processors find a new extreme in a shared map at the same
    // time, the later store wins; per-CPU maps lose nothing.
    private void AddToStatistics(Place entry, Value value)
    {
        var count = _b.Load(entry.Region, entry.Pointer, StatisticsType.CountOffset, 8);
        Increase(entry.At(StatisticsType.CountOffset), _b.Constant(1));
        Increase(entry.At(StatisticsType.SumOffset), value);
        KeepExtreme(entry.At(StatisticsType.MinimumOffset), Comparison.SignedLess, value, count);
        KeepExtreme(entry.At(StatisticsType.MaximumOffset), Comparison.SignedGreater, value, count);
    }

    private void KeepExtreme(Place place, Comparison better, Value value, Value count)
    {
        var (compare, keep, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(count, compare, keep);
        _b.Start(compare);
        _b.Branch(better, value, _b.Load(place, 8), keep, after);
        _b.Start(keep);
        _b.Store(place, 8, value);
        _b.Jump(after);
        _b.Start(after);
    }

    private void Increase(Place place, Value by) =>
        _b.Store(place, 8, by, Op.AtomicAdd);
}
