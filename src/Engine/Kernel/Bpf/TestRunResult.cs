namespace EbpfCat.Kernel;

/// <summary>The result of BPF_PROG_TEST_RUN.</summary>
/// <param name="ReturnValue">The value that the last run returned.</param>
/// <param name="DataLength">The length of the data after the run in bytes.</param>
/// <param name="Duration">The average time of one run in nanoseconds.</param>
internal readonly record struct TestRunResult(uint ReturnValue, int DataLength, uint Duration);
