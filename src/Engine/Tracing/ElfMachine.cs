namespace EbpfCat.Tracing;

/// <summary>The processor that an ELF file is for: <c>e_machine</c> of elf(5).</summary>
public enum ElfMachine
{
    /// <summary>No machine (EM_NONE).</summary>
    None = 0,
    /// <summary>32-bit x86 (EM_386).</summary>
    X86 = 3,
    /// <summary>32-bit Arm (EM_ARM).</summary>
    Arm = 40,
    /// <summary>x86-64 (EM_X86_64).</summary>
    X64 = 62,
    /// <summary>64-bit Arm (EM_AARCH64).</summary>
    Arm64 = 183,
    /// <summary>RISC-V (EM_RISCV).</summary>
    RiscV = 243,
}
