namespace EbpfCat.Tracing;

/// <summary>An argument of a system call as a value; its kind determines its parts.</summary>
internal static class SyscallPlace
{
    /// <summary>An argument.</summary>
    /// <param name="access">The access to its own value; a pointer is a number.</param>
    /// <param name="lengthOf">The access to the argument with a name, which holds a length.</param>
    public static EventPlace Of(SyscallArgument argument, EventAccess access, Func<string, EventAccess> lengthOf)
    {
        if (!argument.Field.IsUserPointer) return new PlainPlace(access);
        access = access with
        {
            Memory = EventMemory.User,
            Length = argument is { IsOutput: false, LengthArgument: { } length } ? lengthOf(length) : null,
        };
        switch (argument.Kind)
        {
            // Memory that the kernel has not written yet is only an address.
            case SyscallArgumentKind.String or SyscallArgumentKind.SocketAddress when argument.IsOutput:
                return new PlainPlace(access);
            case SyscallArgumentKind.String:
                return new PlainPlace(
                    access with { Type = new StringType(EventPlace.TextCapacity), Content = EventContent.TextPointer });
            case SyscallArgumentKind.SocketAddress:
                return new PlainPlace(
                    access with { Type = SocketAddressType.Instance, Content = EventContent.BytesPointer });
            case SyscallArgumentKind.StringList: return new TextListPlace(access);
            default:
                return KernelTypes.Pointee(argument.TypeText) is { } target
                    ? new TypedPlace(access, target, EventMemory.User) { IsPointee = true, Name = argument.Name }
                    : new PlainPlace(access);
        }
    }
}
