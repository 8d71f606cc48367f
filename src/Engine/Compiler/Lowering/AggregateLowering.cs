namespace EbpfCat.Compiler;

/// <summary>Lowers observations: values counted in a histogram or statistics.</summary>
internal sealed class AggregateLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly ConversionLowering _conversions = context.Conversions;
    private readonly PlaceLowering _places = context.Places;

    /// <summary>Counts a value; an absent map entry is inserted. The result is false if the map is full.</summary>
    public ScalarOperand Lower(BoundObservation observation)
    {
        var number = context.Expressions.LowerScalar(observation.Value);
        if (number.Scalar.IsFixed) number = _conversions.Convert(number, ScalarType.Int64);
        var reference = _places.Locate(observation.Target, insert: true);
        Value Count()
        {
            if (reference.Type is StatisticsType) AddToStatistics(reference.Place, number.Value);
            else if (reference.Type is HistogramType { Step: > 0 } steps) CountStep(reference.Place, steps, number);
            else CountMagnitude(reference.Place, number);
            return _b.Constant(1);
        }

        return new ScalarOperand(ScalarType.Boolean,
            reference.Guarded ? _b.IfNotZero(reference.Place.Pointer, Count) : Count());
    }

    private void CountMagnitude(Place histogram, ScalarOperand number)
    {
        var upper = histogram.At(HistogramType.Magnitudes * sizeof(ulong));
        if (!number.Scalar.IsSigned)
        {
            CountAt(upper, _b.Make(Op.And, BitLength(Limited(number)), _b.Constant(HistogramType.Magnitudes - 1)));
            return;
        }

        // The complement of a negative number has as many bits as the range is below zero.
        var sign = _b.Make(Op.Sar, number.Value, _b.Constant(63));
        var bits = _b.Make(Op.Xor, BitLength(_b.Make(Op.Xor, number.Value, sign)), sign);
        var index = _b.Make(Op.Add, bits, _b.Constant(HistogramType.Magnitudes));
        CountAt(histogram, _b.Make(Op.And, index, _b.Constant((2 * HistogramType.Magnitudes) - 1)));
    }

    private void CountStep(Place histogram, HistogramType type, ScalarOperand number)
    {
        var below = _b.Constant(type.Low - type.Step);
        var value = Limited(number);
        value = _b.Select(Comparison.SignedGreaterOrEqual, value, below);
        value = _b.Select(Comparison.SignedLessOrEqual, value, _b.Constant(type.High));
        var index = _b.Make(Op.UDiv, _b.Make(Op.Sub, value, below), _b.Constant(type.Step));
        // The verifier does not follow a division.
        index = _b.Select(Comparison.UnsignedLessOrEqual, _b.Make(Op.Opaque, index), _b.Constant(type.BucketCount - 1));
        CountAt(histogram, index);
    }

    // As a signed number.
    private Value Limited(ScalarOperand number) => number.Scalar is { IsSigned: false, Bits: 64 }
        ? _b.Select(Comparison.UnsignedLessOrEqual, number.Value, _b.Constant(long.MaxValue)) : number.Value;

    private void CountAt(Place counts, Value index)
    {
        var offset = _b.Make(Op.Shl, index, _b.Constant(3));
        Increase(counts with { Pointer = _b.Make(Op.Add, counts.Pointer, offset) }, _b.Constant(1));
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
        var count = _b.Load(entry.At(StatisticsType.CountOffset), 8);
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
