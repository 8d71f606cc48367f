namespace EbpfCat.Tracing;

/// <summary>Where a register, or the low part of one, stands in the kernel's <c>struct pt_regs</c>.</summary>
/// <param name="Name">The name: <c>rax</c>, <c>eax</c>, <c>x0</c>.</param>
/// <param name="Offset">Where it begins, in bytes from the beginning of the struct.</param>
/// <param name="Size">How many bytes the name means: 1, 2, 4 or 8.</param>
public readonly record struct RegisterSlot(string Name, int Offset, int Size);
