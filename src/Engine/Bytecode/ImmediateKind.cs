namespace EbpfCat.Bytecode;

/// <summary>What the value of a 64-bit immediate load means: its source field (BPF_PSEUDO_*, linux/bpf.h).</summary>
public enum ImmediateKind : byte
{
    /// <summary>A plain number.</summary>
    Value = 0,
    /// <summary>A map, by its file descriptor.</summary>
    MapFd = 1,
    /// <summary>An address in a map's first value: file descriptor (low 32 bits), offset (high). Linux 5.2.</summary>
    MapValue = 2,
    /// <summary>A kernel variable: BTF id (low 32 bits), a module's BTF file descriptor (high). Linux 5.10.</summary>
    BtfId = 3,
    /// <summary>A function of the program, by the distance in slots from the next instruction (Linux 5.13).</summary>
    Function = 4,
    /// <summary>A map, by its index in the file descriptors given when loading (Linux 5.14).</summary>
    MapIndex = 5,
    /// <summary>The address in a map's first value: index in the low half, offset in the high (Linux 5.14).</summary>
    MapIndexValue = 6,
}
