namespace EbpfCat.Tests.Reference;

/// <summary>The result of a run, besides the changes to the state.</summary>
/// <param name="Verdict">The program's return value, as the kernel sees it.</param>
/// <param name="Packet">The packet afterwards.</param>
internal sealed record EvaluationResult(uint Verdict, byte[] Packet);
