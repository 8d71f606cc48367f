namespace EbpfCat.Compiler;

/// <summary>An instruction that loads a map's address or the address of its first value.</summary>
/// <param name="Instruction">The index in <see cref="CompiledProgram.Instructions"/>.</param>
/// <param name="Map">The index in <see cref="CompiledProgram.Maps"/>.</param>
public sealed record MapReference(int Instruction, int Map);
