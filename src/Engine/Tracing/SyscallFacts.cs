using Kind = EbpfCat.Tracing.SyscallArgumentKind;

namespace EbpfCat.Tracing;

/// <summary>
/// Facts about arguments of system calls that are in neither tracefs nor the C types: which <c>char *</c> is text and
/// which is a buffer, who writes it, and which argument is its length (man pages, section 2).
/// </summary>
internal static class SyscallFacts
{
    /// <summary>Names of kernel functions to names of system calls that differ.</summary>
    public static readonly Dictionary<string, string> NamesByFunction = new()
    {
        ["newstat"] = "stat",
        ["newfstat"] = "fstat",
        ["newlstat"] = "lstat",
        ["newuname"] = "uname",
        ["sendfile64"] = "sendfile",
        ["umount"] = "umount2",
        ["fadvise64_64"] = "fadvise64",
        ["arm64_personality"] = "personality",
        ["mmap_pgoff"] = "mmap",
    };

    /// <summary>Aliases of system calls, for names that no system call has.</summary>
    public static readonly Dictionary<string, string> OtherNames = new()
    {
        ["umount"] = "umount2",
        ["fstatat"] = "newfstatat",
        ["fstatat64"] = "newfstatat",
        ["pread"] = "pread64",
        ["pwrite"] = "pwrite64",
        ["getdents"] = "getdents64",
        ["prlimit"] = "prlimit64",
        ["pselect"] = "pselect6",
        ["recv"] = "recvfrom",
        ["send"] = "sendto",
        ["_exit"] = "exit_group",
        ["signalfd"] = "signalfd4",
        ["eventfd"] = "eventfd2",
    };

    /// <summary>The system calls that end the thread or the process.</summary>
    public static readonly HashSet<string> NeverReturn = ["exit", "exit_group"];

    /// <summary>The system calls whose result is an address.</summary>
    public static readonly HashSet<string> GiveAddresses = ["mmap", "mremap", "brk", "shmat"];

    private const bool Out = true;

    private static readonly Dictionary<(string Syscall, string Argument), Fact> Facts = new (string, string, Fact)[]
    {
        ("bind", "umyaddr", new(Kind.SocketAddress, Length: "addrlen")),
        ("connect", "uservaddr", new(Kind.SocketAddress, Length: "addrlen")),
        ("sendto", "addr", new(Kind.SocketAddress, Length: "addr_len")),
        ("sendto", "buff", new(Kind.Buffer, Length: "len")),
        ("recvfrom", "ubuf", new(Kind.Buffer, Out, "size")),
        ("read", "buf", new(Kind.Buffer, Out, "count")),
        ("write", "buf", new(Kind.Buffer, Length: "count")),
        ("pread64", "buf", new(Kind.Buffer, Out, "count")),
        ("pwrite64", "buf", new(Kind.Buffer, Length: "count")),
        ("readlink", "buf", new(Kind.Buffer, Out, "bufsiz")),
        ("readlinkat", "buf", new(Kind.Buffer, Out, "bufsiz")),
        ("getcwd", "buf", new(Kind.String, Out, "size")),
        ("getrandom", "ubuf", new(Kind.Buffer, Out, "len")),
        ("getdents64", "dirent", new(Kind.Buffer, Out, "count")),
        ("listxattr", "list", new(Kind.Buffer, Out, "size")),
        ("llistxattr", "list", new(Kind.Buffer, Out, "size")),
        ("flistxattr", "list", new(Kind.Buffer, Out, "size")),
        ("listxattrat", "list", new(Kind.Buffer, Out, "size")),
        ("getxattr", "value", new(Kind.Buffer, Out, "size")),
        ("lgetxattr", "value", new(Kind.Buffer, Out, "size")),
        ("fgetxattr", "value", new(Kind.Buffer, Out, "size")),
        ("setxattr", "value", new(Kind.Buffer, Length: "size")),
        ("lsetxattr", "value", new(Kind.Buffer, Length: "size")),
        ("fsetxattr", "value", new(Kind.Buffer, Length: "size")),
        ("getsockopt", "optval", new(Kind.Buffer, Out)),
        ("setsockopt", "optval", new(Kind.Buffer, Length: "optlen")),
        ("mq_timedsend", "u_msg_ptr", new(Kind.Buffer, Length: "msg_len")),
        ("mq_timedreceive", "u_msg_ptr", new(Kind.Buffer, Out, "msg_len")),
        ("sethostname", "name", new(Kind.Buffer, Length: "len")),
        ("setdomainname", "name", new(Kind.Buffer, Length: "len")),
        ("syslog", "buf", new(Kind.Buffer, Out, "len")),
        ("add_key", "_payload", new(Kind.Buffer, Length: "plen")),
        ("umount2", "name", new(Kind.String)),
        ("mount", "dev_name", new(Kind.String)),
        ("mount", "dir_name", new(Kind.String)),
        ("mount", "type", new(Kind.String)),
        ("utime", "filename", new(Kind.String)),
        ("utimes", "filename", new(Kind.String)),
        ("shmat", "shmaddr", new(Kind.Pointer)),
        ("shmdt", "shmaddr", new(Kind.Pointer)),
        ("mincore", "vec", new(Kind.Buffer, Out)),
    }.ToDictionary(row => (row.Item1, row.Item2), row => row.Item3);

    private static readonly HashSet<string> DescriptorNames = ["fildes", "fd_in", "fd_out", "fdin", "fdout", "mqdes"];

    private static readonly HashSet<string> SizeNames =
    [
        "count", "len", "size", "usize", "vlen", "addrlen", "addr_len", "optlen", "bufsiz", "length", "old_len",
        "new_len",
    ];

    public static SyscallArgument Describe(string syscall, TracepointField field, int index)
    {
        if (Facts.TryGetValue((syscall, field.Name), out var fact))
            return new SyscallArgument(field, index, fact.Kind, fact.IsOutput, fact.Length);
        var isOutput = field.IsUserPointer && !field.TypeText.StartsWith("const ", StringComparison.Ordinal);
        return new SyscallArgument(field, index, Guess(field, isOutput), isOutput, LengthArgument: null);
    }

    private static Kind Guess(TracepointField field, bool isOutput)
    {
        var (type, name) = (CTypes.Unqualified(field.TypeText), field.Name);
        if (field.IsUserPointer)
        {
            return type == "struct sockaddr *" ? Kind.SocketAddress
                : type == "char * *" ? Kind.StringList
                : !field.IsString ? Kind.Pointer : isOutput ? Kind.Buffer : Kind.String;
        }

        return name.EndsWith("fd", StringComparison.Ordinal) || DescriptorNames.Contains(name) ? Kind.FileDescriptor
            : name.Contains("flag", StringComparison.Ordinal) || name is "prot" ? Kind.Flags
            : type == "umode_t" || name == "mode" ? Kind.Mode
            : type == "size_t" || SizeNames.Contains(name) ? Kind.Size : Kind.Integer;
    }

    private readonly record struct Fact(Kind Kind, bool IsOutput = false, string? Length = null);
}
