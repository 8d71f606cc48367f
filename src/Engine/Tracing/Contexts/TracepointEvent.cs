namespace EbpfCat.Tracing;

/// <summary>
/// A tracepoint of tracefs, with the fields of its record. For system calls these are the arguments; text and socket
/// addresses are read from the process's memory, and <c>$return</c> is the result on exit. Pointers to kernel structs
/// are followed with BTF.
/// </summary>
/// <param name="format">The format of the record.</param>
public sealed class TracepointEvent(TracepointFormat format) : TracedEvent
{
    private const string SyscallEnter = "sys_enter_";
    private const int LargestDynamic = 64;

    public override string Description => $"the tracepoint {format.FullName}";

    public override IReadOnlyList<string> FieldNames =>
        format.OwnFields.Where(IsReadable).Select(each => each.Name).ToArray();

    private bool IsSyscall => format.Category == TracepointFormat.SyscallCategory;

    // raw_syscalls/sys_exit has it too.
    private protected override EventPlace? Returned =>
        format.Name.StartsWith("sys_exit", StringComparison.Ordinal) ? Find("ret") : null;

    private protected override string? ReturnAdvice =>
        IsSyscall && format.Name.StartsWith(SyscallEnter, StringComparison.Ordinal)
            ? $"A system call has a result at its exit: syscalls/sys_exit_{format.Name[SyscallEnter.Length..]}." : null;

    private protected override EventPlace? Find(string name)
    {
        if (format.Find(name) is not { } field || !IsReadable(field)) return null;
        if (field.IsDynamic) return Dynamic(field);
        if (IsSyscall && format.Name.StartsWith(SyscallEnter, StringComparison.Ordinal)) return Argument(field);
        if (field.Pointer != PointerTarget.None) return Pointer(field);
        return new PlainPlace(InRecord(field, (EbpfType?)field.Enumeration ?? field.Type));
    }

    private protected override string? Suggest(string name) =>
        name.StartsWith("common_", StringComparison.OrdinalIgnoreCase)
        ? "The fields common to all tracepoints are not shown to programs; the process and the kernel tell the same."
        : null;

    // A program on a system call sees the arguments, not the copies that later kernels append for tracefs.
    private bool IsReadable(TracepointField field) => !field.IsCommon && !(IsSyscall && field.IsDynamic);

    private static EventAccess InRecord(TracepointField field, EbpfType type) =>
        new(type, EventRoot.Context, field.Offset, field.Size is 1 or 2 or 4 or 8 ? field.Size : 8);

    private static PlainPlace Dynamic(TracepointField field)
    {
        var text = new StringType(EventPlace.TextCapacity);
        var location = new EventAccess(text, EventRoot.Context, field.Offset, sizeof(uint))
        {
            Content = EventContent.RecordText,
            LocationBase = field.Placement == FieldPlacement.RelativeLocation ? field.Offset + sizeof(uint) : 0,
        };
        return new PlainPlace(field.IsString ? location : location with
        {
            Type = field.ElementType is { Size: > 1 } element
                ? new ArrayType(element, LargestDynamic / element.Size) : new BytesType(LargestDynamic),
            Content = EventContent.RecordBytes,
        });
    }

    private static EventPlace Pointer(TracepointField field)
    {
        var memory = field.IsUserPointer ? EventMemory.User : EventMemory.Kernel;
        var access = InRecord(field, ScalarType.UInt64) with { Memory = memory };
        if (field.IsString)
        {
            return new PlainPlace(
                access with { Type = new StringType(EventPlace.TextCapacity), Content = EventContent.TextPointer });
        }

        return KernelTypes.Pointee(field.TypeText) is { } target
            ? new TypedPlace(access, target, memory) { IsPointee = true, Name = field.Name }
            : new PlainPlace(access);
    }

    private EventPlace Argument(TracepointField field)
    {
        var arguments = format.SyscallArguments.ToList();
        var index = arguments.IndexOf(field);
        if (index < 0) return new PlainPlace(InRecord(field, field.Type)); // the number of the system call
        var function = format.Name[SyscallEnter.Length..];
        var name = SyscallFacts.NamesByFunction.GetValueOrDefault(function, function);
        var argument = SyscallFacts.Describe(name, field, index);
        return SyscallPlace.Of(
            argument, InRecord(field, argument.Type), length => InRecord(format[length], format[length].Type));
    }
}
