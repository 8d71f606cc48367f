namespace EbpfCat.Binding;

/// <summary>The buffer and the records of the output of a program.</summary>
/// <param name="Map">The index of the buffer's map in <see cref="ProgramResources.Maps"/>.</param>
/// <param name="Records">The kinds of records, by the number at their start (unsigned, 4 bytes, native order).</param>
/// <param name="LostMap">The index of the map that counts lost records.</param>
/// <param name="LostOffset">The offset of that count (unsigned, 8 bytes) in the map's first value, in bytes.</param>
public sealed record EventLayout(int Map, IReadOnlyList<StructType> Records, int LostMap, int LostOffset);
