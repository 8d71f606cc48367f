namespace EbpfCat.Tracing;

/// <summary>An argument of a system call.</summary>
/// <param name="Field">The field of the <c>sys_enter</c> tracepoint that holds it.</param>
/// <param name="Index">The index among the arguments, from 0: the register of the calling convention.</param>
/// <param name="Kind">The kind of argument.</param>
/// <param name="IsOutput">
/// Whether the kernel writes the memory that it points to, so that it can be read only at the exit. For a <see
/// cref="SyscallArgumentKind.Pointer"/> this follows from the C type: memory that is not <c>const</c>.
/// </param>
/// <param name="LengthArgument">
/// The argument with the length in bytes of the memory it points to, or with the capacity of an output; null if there
/// is none.
/// </param>
public sealed record SyscallArgument(
    TracepointField Field, int Index, SyscallArgumentKind Kind, bool IsOutput, string? LengthArgument)
{
    /// <summary>The name in the kernel's source.</summary>
    public string Name => Field.Name;

    /// <summary>The C type in the kernel's notation.</summary>
    public string TypeText => Field.TypeText;

    /// <summary>
    /// The type of the value; a pointer is a <see cref="ScalarType.UInt64"/>. The kernel uses only this part of the
    /// register.
    /// </summary>
    public EbpfType Type => Kind == SyscallArgumentKind.FileDescriptor ? ScalarType.Int32 : Field.Type;
}
