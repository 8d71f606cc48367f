using Decoder = Iced.Intel.Decoder;

namespace EbpfCat.Tracing;

/// <summary>
/// Finds where instructions begin in the code of a file. The kernel writes a breakpoint wherever a uprobe is: inside an
/// instruction, it changes that instruction into another one.
/// </summary>
internal sealed class InstructionStarts(ElfFile file)
{
    private readonly Lazy<UnwindIndex> _unwind = new(() => UnwindIndex.Read(file));

    /// <summary>The start of the function that contains an address, or null if it is not known.</summary>
    public ulong? FindFunction(ulong address) =>
        file.FindFunction(address)?.Address ?? _unwind.Value.FindStart(address);

    /// <summary>Whether an instruction begins at an address.</summary>
    /// <param name="near">The starts of the instructions before and after it; the address itself if one begins.</param>
    public bool Contains(ulong address, out (ulong Before, ulong After) near)
    {
        var size = file.Machine switch { ElfMachine.Arm64 => 4UL, ElfMachine.Arm or ElfMachine.RiscV => 2UL, _ => 1UL };
        near = file.Machine is ElfMachine.X64 or ElfMachine.X86
            ? Decode(address) : (address / size * size, (address + size - 1) / size * size);
        return near.Before == address;
    }

    // Instructions of x86 have no alignment: they are decoded from the nearest known start.
    private (ulong Before, ulong After) Decode(ulong address)
    {
        var section = file.Sections.FirstOrDefault(one => address >= one.Address && address - one.Address < one.Size);
        var start = Math.Max(section?.Address ?? 0, FindFunction(address) ?? 0);
        if (start == 0) return (address, address);
        var code = file.Read(start, address - start + 16);
        var decoder = Decoder.Create(file.Machine == ElfMachine.X64 ? 64 : 32, code, start);
        while (decoder.IP < address)
        {
            var before = decoder.IP;
            decoder.Decode();
            if (decoder.IP > address) return (before, decoder.IP);
        }

        return (address, address);
    }
}
