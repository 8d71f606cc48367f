using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>An argument of a system call.</summary>
/// <param name="Field">The field of the <c>sys_enter</c> tracepoint that holds it.</param>
/// <param name="Index">Its place among the arguments, from 0: the register of the calling convention.</param>
/// <param name="Kind">What it means.</param>
/// <param name="IsOutput">
/// Whether the kernel writes what it points to, so that it can be read only when the system call is over. Of a
/// <see cref="SyscallArgumentKind.Pointer"/> only the C type tells: the kernel may write what is not <c>const</c>.
/// </param>
/// <param name="LengthArgument">
/// The argument that holds the length in bytes of what it points to, or for an output the room there is; null where none.
/// </param>
public sealed record SyscallArgument(
    TracepointField Field, int Index, SyscallArgumentKind Kind, bool IsOutput, string? LengthArgument)
{
    /// <summary>The name, as the kernel's source has it.</summary>
    public string Name => Field.Name;

    /// <summary>The C type as the kernel writes it.</summary>
    public string TypeText => Field.TypeText;

    /// <summary>
    /// The type of the value itself, a pointer being a <see cref="ScalarType.UInt64"/>. The kernel looks at no more of
    /// the register than this.
    /// </summary>
    public EbpfType Type => Kind == SyscallArgumentKind.FileDescriptor ? ScalarType.Int32 : Field.Type;
}
