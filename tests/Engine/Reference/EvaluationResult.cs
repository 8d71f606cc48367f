namespace EbpfCat.Tests.Reference;

/// <summary>What came of a run, besides the changes to the state.</summary>
/// <param name="Verdict">What the program returned, as the kernel sees it.</param>
/// <param name="Packet">The packet afterwards.</param>
internal sealed record EvaluationResult(uint Verdict, byte[] Packet);
