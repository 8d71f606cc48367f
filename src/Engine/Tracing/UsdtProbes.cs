namespace EbpfCat.Tracing;

/// <summary>Reads the USDT probes of an ELF file from its notes (<c>.note.stapsdt</c>, of <c>sys/sdt.h</c>).</summary>
public static class UsdtProbes
{
    private const string Owner = "stapsdt";
    private const uint ProbeNote = 3;

    // prelink(8) moves a file's addresses but not its notes; this section gives the difference.
    private const string BaseSection = ".stapsdt.base";

    /// <summary>All probes of a file, in the order of its notes.</summary>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static IReadOnlyList<UsdtProbe> Read(ElfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var notes = file.Notes.Where(note => note is { Owner: Owner, Type: ProbeNote }).ToArray();
        if (notes.Length == 0) return [];
        var parser = RegistersOf(file) is { } registers
            ? new UsdtArgumentParser(registers, name => file.FindSymbol(name)?.Address, file.Is64Bit ? 8 : 4)
            : null;
        var loadedBase = file.FindSection(BaseSection)?.Address;
        return Array.ConvertAll(notes, note => Read(file, note.Description.Span, loadedBase, parser));
    }

    /// <summary>The locations of a probe.</summary>
    /// <param name="name">Provider and name, <c>libstdcxx:throw</c>, or the name alone.</param>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public static IReadOnlyList<UsdtProbe> Find(ElfFile file, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var all = Read(file);
        var wanted = name.Replace('/', ':');
        UsdtProbe[] found = [.. all.Where(each => each.FullName == wanted || each.Name == wanted)];
        if (found.Length > 0) return found;
        var isWhole = wanted.Contains(':', StringComparison.Ordinal);
        throw new UnknownNameException(
            "USDT probe", name, all.Select(each => isWhole ? each.FullName : each.Name), $"in '{file.Path}'",
            all.Count == 0 ? "The file has no USDT probes." : null);
    }

    private static Registers? RegistersOf(ElfFile file) => file.Machine switch
    {
        ElfMachine.X64 => Registers.X64,
        ElfMachine.Arm64 => Registers.Arm64,
        _ => null,
    };

    private static UsdtProbe Read(ElfFile file, ReadOnlySpan<byte> note, ulong? loadedBase, UsdtArgumentParser? parser)
    {
        var word = file.Is64Bit ? 8 : 4;
        if (note.Length < 3 * word) throw new InvalidDataException($"A USDT note in '{file.Path}' is cut off.");
        var address = Word(note, word);
        var linkedBase = Word(note[word..], word);
        var semaphore = Word(note[(2 * word)..], word);
        var moved = loadedBase is { } actual ? actual - linkedBase : 0;
        note = note[(3 * word)..];
        var (provider, name, arguments) = (TakeText(ref note), TakeText(ref note), TakeText(ref note));
        address += moved;
        if (semaphore != 0) semaphore += moved;
        return new UsdtProbe(
            provider,
            name,
            address,
            file.ToFileOffset(address) ?? throw new InvalidDataException(
                $"The USDT probe {provider}:{name} in '{file.Path}' is at {address:x}, where the file has no code."),
            semaphore == 0 ? null : semaphore,
            semaphore == 0 ? null : file.ToFileOffset(semaphore),
            parser?.ParseAll(arguments) ?? []);
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int size) =>
        size == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static string TakeText(ref ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        bytes = end < 0 ? default : bytes[(end + 1)..];
        return text;
    }
}
