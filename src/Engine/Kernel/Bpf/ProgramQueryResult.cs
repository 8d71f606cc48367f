namespace EbpfCat.Kernel;

/// <summary>The programs of a hook.</summary>
/// <param name="ProgramIds">Their ids, in the order they run.</param>
/// <param name="LinkIds">
/// The ids of their links, 0 for those without; empty where the kernel does not tell (before 6.6).
/// </param>
/// <param name="Flags">How they were attached.</param>
/// <param name="Revision">How often the hook changed, for tcx and netkit (Linux 6.6).</param>
internal sealed record ProgramQueryResult(
    IReadOnlyList<uint> ProgramIds, IReadOnlyList<uint> LinkIds, uint Flags, ulong Revision);
