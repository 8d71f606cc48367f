namespace EbpfCat.Benchmarks.Reports;

/// <summary>A line of the table.</summary>
/// <param name="Benchmark">The program.</param>
/// <param name="Slots">Instructions in slots of eight bytes, by compiler.</param>
/// <param name="Nanoseconds">Nanoseconds a run, by compiler; none where no times are measured.</param>
internal sealed record Row(
    Benchmark Benchmark, IReadOnlyDictionary<Column, double> Slots, IReadOnlyDictionary<Column, double> Nanoseconds)
{
    /// <summary>The number of the script's program over that of clang's for the same instruction set.</summary>
    public static double Ratio(IReadOnlyDictionary<Column, double> values, Column clang) =>
        values[clang with { Clang = null }] / values[clang];
}
