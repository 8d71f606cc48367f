namespace EbpfCat.Binding;

/// <summary>The place of a shared variable in a map.</summary>
/// <param name="Map">The index of its map in <see cref="ProgramResources.Maps"/>.</param>
/// <param name="Key">The entry of the map: 0 for array and per-CPU storage, else the variable's key.</param>
/// <param name="Offset">Its offset in that entry's value, in bytes.</param>
public sealed record VariableLocation(Variable Variable, int Map, int Key, int Offset);
