using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Compiler;

public sealed class AggregateTests
{
    private static readonly long[] Values = [0, 1, 2, 3, 4, 7, 8, 1023, 1024, long.MaxValue, -1, long.MinValue];

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
        ulong CountOf(ulong from) => histogram.Buckets.First(bucket => bucket.From == from).Count;
        Assert.Equal(new ulong[] { 3, 1, 2, 2, 1, 1, 1, 1 },
            new ulong[] { 0, 1, 2, 4, 8, 512, 1024, 1UL << 62 }.Select(CountOf));
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

        Assert.Equal(HistogramType.BucketCount, buckets.Count);
        // Bucket 0 holds 0 and 1; the last one holds the two highest powers and the number before the highest.
        Assert.Equal<ulong>([1ul, .. Enumerable.Repeat(2ul, 62), 3ul], buckets.Select(bucket => bucket.Count));
        Assert.Equal((ulong.MaxValue, 1ul << 62), (buckets[^1].To, buckets[^1].From));
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
        var lines = new Histogram([0, 1, 0, 4]).Draw(8).Split(Environment.NewLine);
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
