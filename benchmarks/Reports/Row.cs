namespace EbpfCat.Benchmarks.Reports;

/// <summary>A line of the table.</summary>
/// <param name="Benchmark">The program.</param>
/// <param name="Slots">Our instructions, in slots of eight bytes.</param>
/// <param name="ClangSlots">Clang's.</param>
/// <param name="Nanoseconds">Our nanoseconds a run.</param>
/// <param name="ClangNanoseconds">Clang's.</param>
internal sealed record Row(Benchmark Benchmark, int Slots, int ClangSlots, double Nanoseconds, double ClangNanoseconds)
{
    public double SlotRatio => (double)Slots / ClangSlots;

    public double TimeRatio => Nanoseconds / ClangNanoseconds;
}
