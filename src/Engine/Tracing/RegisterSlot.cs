namespace EbpfCat.Tracing;

/// <summary>The place of a register, or of its low part, in the kernel's <c>struct pt_regs</c>.</summary>
/// <param name="Name">The name: <c>rax</c>, <c>eax</c>, <c>x0</c>.</param>
/// <param name="Offset">The offset in the struct in bytes.</param>
/// <param name="Size">The size in bytes: 1, 2, 4 or 8.</param>
public readonly record struct RegisterSlot(string Name, int Offset, int Size);
