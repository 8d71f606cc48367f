namespace EbpfCat.Kernel;

/// <summary>A program of traffic control on an interface, attached as a filter (tc-bpf(8)).</summary>
/// <param name="Handle">The filter's number among those of its priority.</param>
/// <param name="Priority">Its priority: lower ones run first.</param>
/// <param name="Name">The filter's name.</param>
internal sealed record TrafficFilter(uint Handle, ushort Priority, uint ProgramId, string Name);
