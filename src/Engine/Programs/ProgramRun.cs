namespace EbpfCat.Programs;

/// <summary>The result of a test run of a program.</summary>
/// <param name="Verdict">The verdict's name; the number where it has none.</param>
/// <param name="ReturnValue">The returned value, as a signed number.</param>
/// <param name="Packet">The packet after the run.</param>
/// <param name="NanosecondsPerRun">The average time of a run in nanoseconds; the kernel gives whole ones.</param>
public sealed record ProgramRun(string Verdict, int ReturnValue, byte[] Packet, long NanosecondsPerRun);
