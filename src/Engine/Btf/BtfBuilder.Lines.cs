namespace EbpfCat.Btf;

public sealed partial class BtfBuilder
{
    /// <summary>The size of a record of <see cref="FunctionInfo"/> in bytes.</summary>
    public const int FunctionRecordSize = 8;
    /// <summary>The size of a record of <see cref="LineInfo"/> in bytes.</summary>
    public const int LineRecordSize = 16;

    private const int LastLine = (1 << 22) - 1;
    private const int LastColumn = (1 << 10) - 1;

    private readonly Dictionary<int, int> _functions = [];
    private readonly Dictionary<int, SourceLine> _lines = [];

    /// <summary>
    /// Where the functions begin: the <c>func_info</c> of BPF_PROG_LOAD. The kernel wants one function at slot 0 and
    /// one for every function called.
    /// </summary>
    public byte[] FunctionInfo
    {
        get
        {
            var words = new List<uint>();
            foreach (int slot in Sorted(_functions.Keys)) words.AddRange([(uint)slot, (uint)_functions[slot]]);
            return Bytes(words);
        }
    }

    /// <summary>
    /// Which line every instruction comes from: the <c>line_info</c> of BPF_PROG_LOAD. A function whose first
    /// instruction has no line gets the next line, or else the last, because the kernel requires one there. Empty
    /// without any line.
    /// </summary>
    public byte[] LineInfo
    {
        get
        {
            var words = new List<uint>();
            if (_lines.Count == 0) return [];
            int[] marked = Sorted(_lines.Keys);
            HashSet<int> starts = [.. _lines.Keys, .. _functions.Keys, 0];
            SourceLine? previous = null;
            foreach (int slot in Sorted(starts))
            {
                int next = Array.BinarySearch(marked, slot);
                if (next < 0) next = Math.Min(~next, marked.Length - 1);
                SourceLine source = _lines[marked[next]];
                if (source != previous || _functions.ContainsKey(slot))
                    words.AddRange([(uint)slot, source.File, source.Text, source.Position]);
                previous = source;
            }

            return Bytes(words);
        }
    }

    /// <summary>Says which line of the source the instructions from a slot on come from.</summary>
    /// <param name="slot">The slot; not the second of a 64-bit immediate load. The last call for a slot counts.</param>
    /// <param name="file">The name of the file. The verifier shows what follows the last <c>/</c>.</param>
    /// <param name="sourceLine">The line; control characters are replaced, and a line too long is cut.</param>
    /// <param name="line">Its number, from 1; the format has room for 4194303.</param>
    /// <param name="column">The column, from 1; the format has room for 1023.</param>
    public void AddLine(int slot, string file, string sourceLine, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(sourceLine);
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        uint position = ((uint)Math.Clamp(line, 0, LastLine) << 10) | (uint)Math.Clamp(column, 0, LastColumn);
        _lines[slot] = new SourceLine(Intern(BtfNames.Line(file)), Intern(BtfNames.Line(sourceLine)), position);
    }

    private static byte[] Bytes(List<uint> words) =>
        MemoryMarshal.AsBytes<uint>(CollectionsMarshal.AsSpan(words)).ToArray();

    private static int[] Sorted(IEnumerable<int> slots)
    {
        int[] sorted = [.. slots];
        Array.Sort(sorted);
        return sorted;
    }

    private sealed record SourceLine(uint File, uint Text, uint Position);
}
