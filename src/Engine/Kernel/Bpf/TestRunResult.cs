namespace EbpfCat.Kernel;

/// <summary>What BPF_PROG_TEST_RUN gives.</summary>
/// <param name="ReturnValue">What the last run returned.</param>
/// <param name="DataLength">The length of the data after the run in bytes.</param>
/// <param name="ContextLength">The length of the context after the run in bytes.</param>
/// <param name="Duration">The average time of one run in nanoseconds.</param>
internal readonly record struct TestRunResult(uint ReturnValue, int DataLength, int ContextLength, uint Duration);
