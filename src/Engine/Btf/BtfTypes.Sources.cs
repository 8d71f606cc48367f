namespace EbpfCat.Btf;

public sealed partial class BtfTypes
{
    private const string Directory = "/sys/kernel/btf";
    private const int FunctionRecordSize = 8;
    private const int LineRecordSize = 16;

    private static readonly MachineFact<BtfTypes?> KernelTypes = new(
        () => File.Exists($"{Directory}/vmlinux") ? Parse(File.ReadAllBytes($"{Directory}/vmlinux")) : null);

    /// <summary>The types of the kernel, read once a process; null without CONFIG_DEBUG_INFO_BTF (Linux 5.4).</summary>
    public static BtfTypes? Kernel => KernelTypes.Value;

    /// <summary>The types of a module, and through them the kernel's (Linux 5.11); null if it has no BTF.</summary>
    public static BtfTypes? ForModule(string module)
    {
        string path = Path.Combine(Directory, Path.GetFileName(module));
        return Kernel is not null && File.Exists(path) ? Parse(File.ReadAllBytes(path), Kernel) : null;
    }

    /// <summary>Reads where the functions of a program begin, as the kernel gives it with a loaded program.</summary>
    /// <param name="records">The records, in the processor's byte order.</param>
    /// <param name="recordSize">The size of one in bytes; a later kernel's may be larger.</param>
    public IReadOnlyList<BtfFunction> ReadFunctions(ReadOnlySpan<byte> records, int recordSize = FunctionRecordSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordSize, FunctionRecordSize);
        var functions = new List<BtfFunction>(records.Length / recordSize);
        for (; records.Length >= recordSize; records = records[recordSize..])
        {
            ReadOnlySpan<int> words = MemoryMarshal.Cast<byte, int>(records);
            functions.Add(new BtfFunction(words[0], this[words[1]]));
        }

        return functions;
    }

    /// <summary>Reads which lines a program comes from, as the kernel gives it with a loaded program.</summary>
    /// <param name="records">The records, in the processor's byte order.</param>
    /// <param name="recordSize">The size of one in bytes; a later kernel's may be larger.</param>
    public IReadOnlyList<BtfLine> ReadLines(ReadOnlySpan<byte> records, int recordSize = LineRecordSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordSize, LineRecordSize);
        var lines = new List<BtfLine>(records.Length / recordSize);
        for (; records.Length >= recordSize; records = records[recordSize..])
        {
            ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(records);
            lines.Add(new BtfLine(
                (int)words[0], Text(words[1]), Text(words[2]), (int)(words[3] >> 10), (int)(words[3] & 0x3ff)));
        }

        return lines;
    }
}
