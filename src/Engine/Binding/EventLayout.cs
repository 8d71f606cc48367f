namespace EbpfCat.Binding;

/// <summary>The buffer and the records of the output of a program.</summary>
/// <param name="Map">The index of the buffer's map in <see cref="ProgramResources.Maps"/>.</param>
/// <param name="Records">
/// The kinds of records, by the lower 16 bits of the number at their start (unsigned, 4 bytes, native order).
/// </param>
/// <param name="LostMap">The index of the map that counts lost records.</param>
/// <param name="LostOffset">The offset of that count (unsigned, 8 bytes) in the map's first value, in bytes.</param>
public sealed record EventLayout(int Map, IReadOnlyList<StructType> Records, int LostMap, int LostOffset)
{
    private const int ProgramShift = 16;

    /// <summary>
    /// The index of the program among those that share the buffer: the upper 16 bits of the number at the start of its
    /// records.
    /// </summary>
    public int Program { get; init; }

    internal static int NumberOf(int program, int kind) => checked((ushort)program << ProgramShift | (ushort)kind);

    internal static (int Program, int Kind) Split(uint number) =>
        ((int)(number >> ProgramShift), (int)(number & ushort.MaxValue));
}
