namespace EbpfCat.Tracing;

/// <summary>The meaning of an argument of a system call, which determines how it is shown.</summary>
public enum SyscallArgumentKind
{
    /// <summary>A number without further meaning.</summary>
    Integer,
    /// <summary>A file descriptor, or a negative number such as AT_FDCWD (-100).</summary>
    FileDescriptor,
    /// <summary>Bits, best shown in hexadecimal.</summary>
    Flags,
    /// <summary>Permissions, best shown in octal.</summary>
    Mode,
    /// <summary>A length or count.</summary>
    Size,
    /// <summary>A pointer to NUL-terminated text in the process's memory.</summary>
    String,
    /// <summary>A pointer to text pointers, ended by a null pointer: arguments and environment of execve(2).</summary>
    StringList,
    /// <summary>A pointer to bytes in the process's memory; another argument or the result is their length.</summary>
    Buffer,
    /// <summary>A pointer to a <c>struct sockaddr</c> in the process's memory.</summary>
    SocketAddress,
    /// <summary>Another pointer into the process's memory.</summary>
    Pointer,
}
