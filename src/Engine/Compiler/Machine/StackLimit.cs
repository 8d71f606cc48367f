namespace EbpfCat.Compiler;

/// <summary>The stack that the kernel gives a program: MAX_BPF_STACK of include/linux/filter.h.</summary>
internal static class StackLimit
{
    public const int Bytes = 512;

    public static CompileException Exceeded(int bytes) => new(
        DiagnosticIds.StackTooLarge, $"The program needs {bytes} bytes of stack; the kernel allows {Bytes}.", null,
        "Keep large structs in a per-CPU array map, and texts short.");
}
