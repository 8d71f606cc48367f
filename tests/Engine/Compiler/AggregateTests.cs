using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Compiler;

public sealed class AggregateTests
{
    private static readonly long[] Values = [0, 1, 2, 3, 4, 7, 8, 1023, 1024, long.MaxValue, -1,
        -2, -3, -4, -5, long.MinValue];

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.Array)]
    [InlineData(MapType.PerCpuArray)]
    public void Histogram_counts_values_by_magnitude(MapType type)
    {
        using var program = Observing(type, HistogramType.Instance, ScalarType.Int64);
        foreach (var value in Values) Run(program, value);

        var histogram = Assert.IsType<Histogram>(program.Maps["seen"].Get(1u));

        Assert.Equal((ulong)Values.Length, histogram.Count);
        Assert.Equal<(long, long, ulong)>(
            [(long.MinValue, -(1L << 62) - 1, 1), (-8, -5, 1), (-4, -3, 2), (-2, -2, 1), (-1, -1, 1), (0, 0, 1),
                (1, 1, 1), (2, 3, 2), (4, 7, 2), (8, 15, 1), (512, 1023, 1), (1024, 2047, 1),
                (1L << 62, long.MaxValue, 1)],
            histogram.Buckets.Where(bucket => bucket.Count > 0).Select(one => (one.Low, one.High, one.Count)));
    }

    [Fact]
    public void Each_power_of_two_starts_a_bucket()
    {
        using var program = Observing(MapType.Hash, HistogramType.Instance, ScalarType.UInt64);
        for (var bit = 0; bit < 64; bit++)
        {
            Run(program, (long)(1ul << bit));
            Run(program, (long)((1ul << bit) - 1));
        }

        var buckets = Assert.IsType<Histogram>(program.Maps["seen"].Get(1u)).Buckets;

        // Bucket 0 holds 0, bucket 1 holds 1 twice; the last one the two highest powers and the numbers before them.
        Assert.Equal<ulong>([1ul, .. Enumerable.Repeat(2ul, 62), 3ul], buckets.Select(bucket => bucket.Count));
        Assert.Equal((long.MaxValue, 1L << 62), (buckets[^1].High, buckets[^1].Low));
    }

    [Fact]
    public void Linear_histogram_counts_steps_and_what_is_outside()
    {
        using var program = Observing(MapType.Hash, HistogramType.Linear(-10, 25, 10), ScalarType.Int64);
        foreach (var value in (long[])[long.MinValue, -11, -10, -1, 0, 9, 10, 29, 30, long.MaxValue])
            Run(program, value);

        var histogram = Assert.IsType<Histogram>(program.Maps["seen"].Get(1u));

        Assert.Equal<(long, long, ulong)>(
            [(long.MinValue, -11, 2), (-10, -1, 2), (0, 9, 2), (10, 19, 1), (20, 29, 1), (30, long.MaxValue, 2)],
            histogram.Buckets.Select(one => (one.Low, one.High, one.Count)));
        Assert.Equal(["(..., -10)", "[-10, 0)", "[0, 10)", "[10, 20)", "[20, 30)", "[30, ...)"],
            histogram.Draw(1).Split(Environment.NewLine).Select(line => line[..16].TrimEnd()));
    }

    [Theory]
    [InlineData("linear(0,7,1)", ulong.MaxValue, 7)]
    [InlineData("LINEAR( -9223372036854775807 , -9223372036854775800 , 1 )", 0, -9223372036854775800)]
    [InlineData("linear(100,200,3)", 150, 148)]
    public void Linear_histogram_takes_any_limits(string type, ulong value, long low)
    {
        using var program = Observing(MapType.Array, EbpfType.Parse(type), ScalarType.UInt64);
        Run(program, (long)value);
        Assert.Equal(low, Assert.Single(((Histogram)program.Maps["seen"].Get(1u)!).Buckets).Low);
    }

    [Theory]
    [InlineData("linear(0,100)", "from, to, step")]
    [InlineData("linear", "from, to, step")]
    [InlineData("linear(0,99999999999999999999,1)", "from, to, step")]
    [InlineData("linear(0,100,0)", "steps of 0")]
    [InlineData("linear(0,100,-5)", "steps of -5")]
    [InlineData("linear(100,0,5)", "there is nothing")]
    [InlineData("linear(0,100000,1)", "100000 steps")]
    [InlineData("linear(0,9223372036854775807,4611686018427387904)", "64 bits")]
    [InlineData("linear(-9223372036854775808,0,4611686018427387904)", "64 bits")]
    public void Wrong_steps_are_refused_in_words(string type, string problem) => Assert.Contains(problem,
        Assert.Throws<FormatException>(() => EbpfType.Parse(type)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Variables_entries_of_inner_maps_and_fields_observe_too()
    {
        var definition = new ProgramDefinition("observing", ProgramType.Xdp);
        var inner = new Map("inner", MapType.Hash, ScalarType.UInt32, HistogramType.Linear(0, 10, 1), 4);
        var outer = new Map("outer", MapType.ArrayOfMaps, ScalarType.UInt32, null, 2, InnerMap: inner);
        definition.AddMap(outer);
        var flows = definition.AddMap("flows", MapType.Hash, ScalarType.UInt32,
            StructType.Create([new("Count", ScalarType.UInt64), new("Sizes", HistogramType.Instance)]), 4);
        var all = definition.AddVariable("all", HistogramType.Instance);
        var each = definition.AddVariable("each", StatisticsType.Instance, VariableStorage.PerCpu);
        Expression length = new PacketLengthExpression();
        definition.AddCode(code => code.Do(all.Observe(length - 100)).Do(each.Observe(length))
            .Do(flows[7].Field("Sizes").Observe(length)).Increment(flows[7].Field("Count"))
            .Do(new InnerEntryExpression(outer, 1, 5).Observe(length / 10)));
        using var program = EbpfProgram.Load(definition);
        using var counts = LiveMap.Create(inner);
        program.Maps["outer"].Set(1u, counts);
        program.TestRun(new byte[64]);
        program.TestRun(new byte[64]);

        var lengths = (Histogram)program.Variables["all"].Value!;
        Assert.Equal(new HistogramBucket(-64, -33, 2), Assert.Single(lengths.Buckets));
        Assert.Equal(new Statistics(2, 128, 64, 64), program.Variables["each"].Value);
        Assert.Equal(new HistogramBucket(6, 6, 2), Assert.Single(((Histogram)counts.Get(5u)!).Buckets));
        var flow = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(program.Maps["flows"].Get(7u));
        Assert.Equal(new HistogramBucket(64, 127, 2), Assert.Single(((Histogram)flow["Sizes"]!).Buckets));
    }

    [Fact]
    public void Numbers_are_observed_not_added()
    {
        var definition = new ProgramDefinition("observing", ProgramType.Xdp);
        var seen = definition.AddVariable("seen", HistogramType.Instance);
        definition.AddCode(code => code.Increment(seen).Assign(seen, 5).Assign(seen, seen));
        var error = Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition));
        Assert.Contains("Observe", Assert.Single(error.Diagnostics).Suggestion, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.PerCpuArray)]
    public void Statistics_keep_count_sum_minimum_and_maximum(MapType type)
    {
        using var program = Observing(type, StatisticsType.Instance, ScalarType.Int64);
        foreach (var value in new long[] { 5, -3, 40, 2 }) Run(program, value);

        var statistics = Assert.IsType<Statistics>(program.Maps["seen"].Get(1u));

        Assert.Equal(new Statistics(4, 44, -3, 40), statistics);
        Assert.Equal(11, statistics.Average);
    }

    [Fact]
    public void The_first_value_is_both_minimum_and_maximum()
    {
        using var program = Observing(MapType.Hash, StatisticsType.Instance, ScalarType.Int64);
        Run(program, -7);
        Assert.Equal(new Statistics(1, -7, -7, -7), program.Maps["seen"].Get(1u));
    }

    [Fact]
    public void Observe_fails_for_a_new_key_in_a_full_map()
    {
        var definition = new ProgramDefinition("observing", ProgramType.Xdp);
        var seen = definition.AddMap("seen", MapType.Hash, ScalarType.UInt32, HistogramType.Instance, 1);
        var (first, second) =
            (definition.AddVariable("first", ScalarType.Boolean), definition.AddVariable("second", ScalarType.Boolean));
        definition.AddCode(code => code.Assign(first, seen.Observe(1, 10)).Assign(second, seen.Observe(2, 10)));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(new byte[64]);
        Assert.Equal((true, false), (program.Variables["first"].Value, program.Variables["second"].Value));
        Assert.Equal(["first", "second"], program.Variables.Keys);
    }

    [Fact]
    public void Per_cpu_results_are_merged_on_read()
    {
        var bytes = new byte[3 * 32];
        StatisticsType.Instance.Write(new Statistics(2, 10, 4, 6), bytes);
        StatisticsType.Instance.Write(new Statistics(1, -9, -9, -9), bytes.AsSpan(64));
        Assert.Equal(new Statistics(3, 1, -9, 6), StatisticsType.Instance.Merge(bytes, 0, 32, 3));
        Assert.Equal(new Statistics(0, 0, null, null), StatisticsType.Instance.Read(bytes.AsSpan(32)));
    }

    [Fact]
    public void Histogram_prints_as_bars()
    {
        var histogram = new Histogram(HistogramType.Instance, [.. new ulong[65], 1, 0, 4]);
        var lines = histogram.Draw(8).Split(Environment.NewLine);
        Assert.Equal(
            ["[1]                        1 |@@      |", "[2, 4)                     0 |        |",
                "[4, 8)                     4 |@@@@@@@@|"], lines);
    }

    [Fact]
    public void Observe_is_refused_for_other_value_types()
    {
        var definition = new ProgramDefinition("observing", ProgramType.Xdp);
        var seen = definition.AddMap("seen", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 1);
        definition.AddCode(code => code.Do(seen.Observe(1, 10)));
        Assert.Contains("histogram", Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition)).Message,
            StringComparison.Ordinal);
    }

    private static LoadedProgram Observing(MapType type, EbpfType value, ScalarType number)
    {
        var definition = new ProgramDefinition("observing", ProgramType.Xdp);
        var seen = definition.AddMap("seen", type, ScalarType.UInt32, value, 4);
        definition.AddCode(code => code.Do(seen.Observe(1, new PacketReadExpression(0, number))));
        return EbpfProgram.Load(definition);
    }

    private static void Run(LoadedProgram program, long value)
    {
        var packet = new byte[64];
        BitConverter.TryWriteBytes(packet, value);
        program.TestRun(packet);
    }
}
