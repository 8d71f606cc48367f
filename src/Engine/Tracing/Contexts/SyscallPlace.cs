using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>The argument of a system call as a value: what is known of its meaning says what it leads to.</summary>
internal static class SyscallPlace
{
    /// <summary>An argument.</summary>
    /// <param name="argument">What it is.</param>
    /// <param name="access">How its own value is reached, a pointer being a number.</param>
    /// <param name="lengthOf">How the argument of a name is reached, which holds a length.</param>
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
            // What the kernel has yet to write is no more than a place.
            case SyscallArgumentKind.String or SyscallArgumentKind.SocketAddress when argument.IsOutput:
                return new PlainPlace(access);
            case SyscallArgumentKind.String:
                return new PlainPlace(access with { Type = new StringType(EventPlace.TextCapacity), Content = EventContent.TextPointer });
            case SyscallArgumentKind.SocketAddress:
                return new PlainPlace(access with { Type = SocketAddressType.Instance, Content = EventContent.BytesPointer });
            case SyscallArgumentKind.StringList:
                return new TextListPlace(access);
            default:
                return KernelTypes.Pointee(argument.TypeText) is { } target
                    ? new TypedPlace(access, target, EventMemory.User) { IsPointee = true, Name = argument.Name }
                    : new PlainPlace(access);
        }
    }
}
