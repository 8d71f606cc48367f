using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>A field of a tracepoint's record, as its <c>format</c> file in tracefs describes it.</summary>
public sealed record TracepointField
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The C type as the kernel writes it, its array length with it: <c>char[16]</c>, <c>const char *</c>.</summary>
    public required string TypeText { get; init; }

    /// <summary>Where it begins, in bytes from the beginning of the record.</summary>
    public required int Offset { get; init; }

    /// <summary>How many bytes the record keeps for it; more than the type's for arguments of system calls.</summary>
    public required int Size { get; init; }

    /// <summary>Whether the kernel calls it signed.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>
    /// The type of what stands at <see cref="Offset"/>: a number, <c>char[n]</c> as text, bytes, an address, an array; a
    /// pointer as <see cref="ScalarType.UInt64"/>; the locator of a value that stands elsewhere as
    /// <see cref="ScalarType.UInt32"/>.
    /// </summary>
    public required EbpfType Type { get; init; }

    /// <summary>Where the value stands.</summary>
    public FieldPlacement Placement { get; init; }

    /// <summary>What memory the value points into, where it is a pointer.</summary>
    public PointerTarget Pointer { get; init; }

    /// <summary>Whether the value is text ended by a NUL: in place, elsewhere in the record, or where it points to.</summary>
    public bool IsString { get; init; }

    /// <summary>The type of an element, where the value is an array; null for text and where it is not known.</summary>
    public EbpfType? ElementType { get; init; }

    /// <summary>How many elements an array in place has; null where it is none, 0 where the record's end tells.</summary>
    public int? ArrayLength { get; init; }

    /// <summary>
    /// The names that the kernel prints for the field's values, from the format's <c>__print_symbolic</c>; null where it
    /// prints none. Its underlying type is <see cref="Type"/>.
    /// </summary>
    public EnumType? Enumeration { get; init; }

    /// <summary>Whether the value is a pointer into the process's memory.</summary>
    public bool IsUserPointer => Pointer == PointerTarget.User;

    /// <summary>Whether the value is a pointer into the kernel's memory.</summary>
    public bool IsKernelPointer => Pointer == PointerTarget.Kernel;

    /// <summary>Whether the value stands elsewhere in the record.</summary>
    public bool IsDynamic => Placement != FieldPlacement.InPlace;

    /// <summary>Whether every tracepoint has it; programs attached to a tracepoint may not read these.</summary>
    public bool IsCommon => Name.StartsWith("common_", StringComparison.Ordinal);
}
