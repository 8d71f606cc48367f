namespace EbpfCat.Bytecode;

/// <summary>The target of a call, as its source field (the BPF_PSEUDO_* of include/uapi/linux/bpf.h).</summary>
public enum CallKind : byte
{
    /// <summary>A kernel helper, by number.</summary>
    Helper = 0,
    /// <summary>A function of the program, by the distance in slots from the next instruction (Linux 4.16).</summary>
    Local = 1,
    /// <summary>A kernel function, by its BTF id (Linux 5.13).</summary>
    KernelFunction = 2,
}
