namespace EbpfCat.Tracing;

/// <summary>
/// The versions of the dynamic symbols that a library defines: <c>.gnu.version</c> holds a number for each symbol, and
/// <c>.gnu.version_d</c> the names of the numbers (Linux Standard Base, "Symbol Versioning").
/// </summary>
internal sealed class ElfVersions
{
    private const ushort HiddenFlag = 0x8000;
    private const ushort FirstNamed = 2;
    private const int DefinitionSize = 20;

    private readonly byte[] _numbers;
    private readonly Dictionary<int, string> _names = [];

    /// <param name="numbers">The contents of <c>.gnu.version</c>.</param>
    /// <param name="definitions">The contents of <c>.gnu.version_d</c>.</param>
    /// <param name="strings">The string table that holds the names.</param>
    public ElfVersions(byte[] numbers, ReadOnlySpan<byte> definitions, ReadOnlySpan<byte> strings)
    {
        _numbers = numbers;
        for (ulong at = 0, next = 1; next != 0 && at + DefinitionSize <= (ulong)definitions.Length; at += next)
        {
            var definition = definitions[(int)at..];
            // The first name is that of the version; the others are its predecessors.
            var name = at + BinaryPrimitives.ReadUInt32LittleEndian(definition[12..]);
            if (name + 4 > (ulong)definitions.Length) break;
            _names[BinaryPrimitives.ReadUInt16LittleEndian(definition[4..])] =
                ElfReader.Text(strings, BinaryPrimitives.ReadUInt32LittleEndian(definitions[(int)name..]));
            next = BinaryPrimitives.ReadUInt32LittleEndian(definition[16..]);
        }
    }

    /// <summary>The name of a symbol's version, and whether it is for old programs only; null if it has none.</summary>
    public (string Name, bool IsHidden)? Of(int symbol)
    {
        if ((symbol * 2) + 2 > _numbers.Length) return null;
        var number = BinaryPrimitives.ReadUInt16LittleEndian(_numbers.AsSpan(symbol * 2));
        var index = number & ~HiddenFlag;
        return index >= FirstNamed && _names.TryGetValue(index, out var name)
            ? (name, (number & HiddenFlag) != 0) : null;
    }
}
