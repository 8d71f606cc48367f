using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers observations: values counted in a histogram or statistics.</summary>
internal sealed class AggregateLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    // Counts a value in the entry of a key, which is made where it is absent; false where the map is full.
    public ScalarOperand Lower(BoundMapCall call)
    {
        var number = context.Expressions.LowerScalar(call.Arguments[1]);
        if (number.Scalar.IsFixed) number = context.Conversions.Convert(number, ScalarType.Int64);
        var pointer = context.Maps.LocateEntry(call.Map, call.Arguments[0], insert: true).Place.Pointer;
        if (_b.Current is null) return new ScalarOperand(ScalarType.Boolean, _b.Constant(0));
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(pointer, present, absent);
        _b.Start(absent);
        _b.Jump(after);
        _b.Start(present);
        var entry = new Place(MemoryRegion.Map, pointer, 0);
        if (call.Map.Map.Value is HistogramType) CountMagnitude(entry, number);
        else AddToStatistics(entry, number.Value);
        var counted = _b.Current!;
        _b.Jump(after);
        _b.Start(after);
        return new ScalarOperand(ScalarType.Boolean, _b.Phi((absent, _b.Constant(0)), (counted, _b.Constant(1))));
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

    // How many bits a number takes that is not negative. Without branches, so that the verifier has one way to follow,
    // not 64: the half in which the highest bit lies is the sign of a difference.
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

    // The first value is minimum and maximum. Of two processors that see a new one at once in a map that they share,
    // the slower wins; in a map per processor nothing is lost.
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
