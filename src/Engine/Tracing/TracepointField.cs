namespace EbpfCat.Tracing;

/// <summary>A field of a tracepoint's record, from the <c>format</c> file in tracefs.</summary>
public sealed record TracepointField
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The C type as the kernel writes it: <c>char[16]</c>, <c>const char *</c>.</summary>
    public required string TypeText { get; init; }

    /// <summary>Its offset in the record, in bytes.</summary>
    public required int Offset { get; init; }

    /// <summary>Its size in the record in bytes; for arguments of system calls larger than the type.</summary>
    public required int Size { get; init; }

    /// <summary>Whether the format declares it signed.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>
    /// The type at <see cref="Offset"/>: a number, <c>char[n]</c> as text, bytes, an address, an array; a pointer as
    /// <see cref="ScalarType.UInt64"/>; the locator of a dynamic value as <see cref="ScalarType.UInt32"/>.
    /// </summary>
    public required EbpfType Type { get; init; }

    /// <summary>The place of the value.</summary>
    public FieldPlacement Placement { get; init; }

    /// <summary>The memory that a pointer points into.</summary>
    public PointerTarget Pointer { get; init; }

    /// <summary>Whether the value is NUL-terminated text: inline, dynamic, or behind a pointer.</summary>
    public bool IsString { get; init; }

    /// <summary>The element type of an array; null for text and if it is unknown.</summary>
    public EbpfType? ElementType { get; init; }

    /// <summary>The number of elements of an inline array; 0: up to the end of the record; null: no array.</summary>
    public int? ArrayLength { get; init; }

    /// <summary>
    /// The names that the kernel prints for the field's values, from the format's <c>__print_symbolic</c>, or null. The
    /// underlying type is <see cref="Type"/>.
    /// </summary>
    public EnumType? Enumeration { get; init; }

    /// <summary>Whether the value is a pointer into the process's memory.</summary>
    public bool IsUserPointer => Pointer == PointerTarget.User;

    /// <summary>Whether the value is a pointer into the kernel's memory.</summary>
    public bool IsKernelPointer => Pointer == PointerTarget.Kernel;

    /// <summary>Whether the value is dynamic: elsewhere in the record.</summary>
    public bool IsDynamic => Placement != FieldPlacement.InPlace;

    /// <summary>Whether all tracepoints have the field; programs on a tracepoint cannot read such fields.</summary>
    public bool IsCommon => Name.StartsWith("common_", StringComparison.Ordinal);
}
