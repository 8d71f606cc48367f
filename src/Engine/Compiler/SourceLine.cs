namespace EbpfCat.Compiler;

/// <summary>The source of the instructions from a slot on.</summary>
/// <param name="Slot">The first slot.</param>
/// <param name="Source">The place in the source.</param>
public sealed record SourceLine(int Slot, SourceSpan Source);
