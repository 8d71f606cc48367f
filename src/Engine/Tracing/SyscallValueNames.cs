namespace EbpfCat.Tracing;

/// <summary>
/// Names of flags and values in arguments of system calls (man pages, section 2; numbers of x86-64 and arm64, which
/// differ in four flags of open(2)).
/// </summary>
internal static class SyscallValueNames
{
    // A table starts with the mask of the bits that form one value, if any; all other names are flags. Flags with more
    // bits come before flags that share bits with them.
    private const string OpenFlags = """
        /3 O_RDONLY=0 O_WRONLY=1 O_RDWR=2 O_SYNC=0x101000 O_CREAT=0x40 O_EXCL=0x80 O_NOCTTY=0x100 O_TRUNC=0x200
        O_APPEND=0x400
        O_NONBLOCK=0x800 O_DSYNC=0x1000 O_NOATIME=0x40000 O_CLOEXEC=0x80000 O_PATH=0x200000
        """;

    private const string OpenFlagsX64 =
        "O_TMPFILE=0x410000 O_DIRECT=0x4000 O_LARGEFILE=0x8000 O_DIRECTORY=0x10000 O_NOFOLLOW=0x20000";
    private const string OpenFlagsArm64 =
        "O_TMPFILE=0x404000 O_DIRECTORY=0x4000 O_NOFOLLOW=0x8000 O_DIRECT=0x10000 O_LARGEFILE=0x20000";
    private const string Protection =
        "PROT_NONE=0 PROT_READ=1 PROT_WRITE=2 PROT_EXEC=4 PROT_GROWSDOWN=0x1000000 PROT_GROWSUP=0x2000000";

    private const string MapFlags = """
        /0xf MAP_SHARED=1 MAP_PRIVATE=2 MAP_SHARED_VALIDATE=3 MAP_FIXED=0x10 MAP_ANONYMOUS=0x20 MAP_GROWSDOWN=0x100
        MAP_DENYWRITE=0x800 MAP_EXECUTABLE=0x1000 MAP_LOCKED=0x2000 MAP_NORESERVE=0x4000 MAP_POPULATE=0x8000
        MAP_NONBLOCK=0x10000
        MAP_STACK=0x20000 MAP_HUGETLB=0x40000 MAP_SYNC=0x80000 MAP_FIXED_NOREPLACE=0x100000
        """;

    private const string PathFlags =
        "AT_SYMLINK_NOFOLLOW=0x100 AT_SYMLINK_FOLLOW=0x400 AT_NO_AUTOMOUNT=0x800 AT_EMPTY_PATH=0x1000 " +
        "AT_STATX_FORCE_SYNC=0x2000 AT_STATX_DONT_SYNC=0x4000";

    private const string Family = """
        /-1 AF_UNSPEC=0 AF_UNIX=1 AF_INET=2 AF_INET6=10 AF_KEY=15 AF_NETLINK=16 AF_PACKET=17 AF_CAN=29 AF_TIPC=30
        AF_BLUETOOTH=31
        AF_ALG=38 AF_VSOCK=40 AF_QIPCRTR=42 AF_XDP=44
        """;

    private const string SocketFlags = "SOCK_NONBLOCK=0x800 SOCK_CLOEXEC=0x80000";
    private const string SocketType =
        "/0xf SOCK_STREAM=1 SOCK_DGRAM=2 SOCK_RAW=3 SOCK_RDM=4 SOCK_SEQPACKET=5 SOCK_DCCP=6 SOCK_PACKET=10 " +
        SocketFlags;

    private const string MessageFlags = """
        MSG_OOB=1 MSG_PEEK=2 MSG_DONTROUTE=4 MSG_CTRUNC=8 MSG_TRUNC=0x20 MSG_DONTWAIT=0x40 MSG_EOR=0x80
        MSG_WAITALL=0x100
        MSG_CONFIRM=0x800 MSG_ERRQUEUE=0x2000 MSG_NOSIGNAL=0x4000 MSG_MORE=0x8000 MSG_WAITFORONE=0x10000
        MSG_ZEROCOPY=0x4000000
        MSG_FASTOPEN=0x20000000 MSG_CMSG_CLOEXEC=0x40000000
        """;

    private const string Signals = """
        SIGHUP=1 SIGINT=2 SIGQUIT=3 SIGILL=4 SIGTRAP=5 SIGABRT=6 SIGBUS=7 SIGFPE=8 SIGKILL=9 SIGUSR1=10 SIGSEGV=11
        SIGUSR2=12
        SIGPIPE=13 SIGALRM=14 SIGTERM=15 SIGSTKFLT=16 SIGCHLD=17 SIGCONT=18 SIGSTOP=19 SIGTSTP=20 SIGTTIN=21 SIGTTOU=22
        SIGURG=23
        SIGXCPU=24 SIGXFSZ=25 SIGVTALRM=26 SIGPROF=27 SIGWINCH=28 SIGIO=29 SIGPWR=30 SIGSYS=31
        """;

    private const string CloneFlags = """
        CLONE_NEWTIME=0x80 CLONE_VM=0x100 CLONE_FS=0x200 CLONE_FILES=0x400 CLONE_SIGHAND=0x800 CLONE_PIDFD=0x1000
        CLONE_PTRACE=0x2000
        CLONE_VFORK=0x4000 CLONE_PARENT=0x8000 CLONE_THREAD=0x10000 CLONE_NEWNS=0x20000 CLONE_SYSVSEM=0x40000
        CLONE_SETTLS=0x80000
        CLONE_PARENT_SETTID=0x100000 CLONE_CHILD_CLEARTID=0x200000 CLONE_DETACHED=0x400000 CLONE_UNTRACED=0x800000
        CLONE_CHILD_SETTID=0x1000000 CLONE_NEWCGROUP=0x2000000 CLONE_NEWUTS=0x4000000 CLONE_NEWIPC=0x8000000
        CLONE_NEWUSER=0x10000000
        CLONE_NEWPID=0x20000000 CLONE_NEWNET=0x40000000 CLONE_IO=0x80000000
        """;

    private const string MountFlags = """
        MS_RDONLY=1 MS_NOSUID=2 MS_NODEV=4 MS_NOEXEC=8 MS_SYNCHRONOUS=0x10 MS_REMOUNT=0x20 MS_MANDLOCK=0x40
        MS_DIRSYNC=0x80
        MS_NOSYMFOLLOW=0x100 MS_NOATIME=0x400 MS_NODIRATIME=0x800 MS_BIND=0x1000 MS_MOVE=0x2000 MS_REC=0x4000
        MS_SILENT=0x8000
        MS_UNBINDABLE=0x20000 MS_PRIVATE=0x40000 MS_SLAVE=0x80000 MS_SHARED=0x100000 MS_RELATIME=0x200000
        MS_STRICTATIME=0x1000000
        MS_LAZYTIME=0x2000000
        """;

    private const string FileControls = """
        /-1 F_DUPFD=0 F_GETFD=1 F_SETFD=2 F_GETFL=3 F_SETFL=4 F_GETLK=5 F_SETLK=6 F_SETLKW=7 F_SETOWN=8 F_GETOWN=9
        F_SETSIG=10
        F_GETSIG=11 F_OFD_GETLK=36 F_OFD_SETLK=37 F_OFD_SETLKW=38 F_SETLEASE=1024 F_GETLEASE=1025 F_NOTIFY=1026
        F_DUPFD_CLOEXEC=1030
        F_SETPIPE_SZ=1031 F_GETPIPE_SZ=1032 F_ADD_SEALS=1033 F_GET_SEALS=1034
        """;

    private static string OpenFlagsHere =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenFlagsArm64 : OpenFlagsX64;

    // The table for each argument: names of system calls, then name of the argument.
    private static readonly (string Syscalls, string Argument, string Table)[] Rows =
    [
        ("open openat", "flags", $"{OpenFlags} {OpenFlagsHere}"),
        ("pipe2 dup3", "flags", "O_NONBLOCK=0x800 O_CLOEXEC=0x80000"),
        ("mmap mprotect pkey_mprotect", "prot", Protection),
        ("mmap", "flags", MapFlags),
        ("newfstatat fchownat", "flag", PathFlags),
        ("unlinkat", "flag", "AT_REMOVEDIR=0x200"),
        ("linkat statx execveat utimensat fchmodat2", "flags", PathFlags),
        ("faccessat2", "flags", "AT_EACCESS=0x200 " + PathFlags),
        ("access faccessat faccessat2", "mode", "F_OK=0 X_OK=1 W_OK=2 R_OK=4"),
        ("renameat2", "flags", "RENAME_NOREPLACE=1 RENAME_EXCHANGE=2 RENAME_WHITEOUT=4"),
        ("socket socketpair", "family", Family),
        ("socket socketpair", "type", SocketType),
        ("accept4", "flags", SocketFlags),
        ("sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg", "flags", MessageFlags),
        ("shutdown", "how", "/-1 SHUT_RD=0 SHUT_WR=1 SHUT_RDWR=2"),
        ("kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo rt_sigaction pidfd_send_signal", "sig", "/-1 " + Signals),
        ("clone", "clone_flags", "/0x7f " + Signals + " " + CloneFlags),
        ("unshare", "unshare_flags", CloneFlags),
        ("setns", "flags", CloneFlags),
        ("mount", "flags", MountFlags),
        ("umount2", "flags", "MNT_FORCE=1 MNT_DETACH=2 MNT_EXPIRE=4 UMOUNT_NOFOLLOW=8"),
        ("lseek", "whence", "/-1 SEEK_SET=0 SEEK_CUR=1 SEEK_END=2 SEEK_DATA=3 SEEK_HOLE=4"),
        ("fcntl", "cmd", FileControls),
    ];

    private static readonly Lazy<Dictionary<(string Syscall, string Argument), Names>> Tables = new(() => (
        from row in Rows
        let names = Names.Parse(row.Table)
        from syscall in row.Syscalls.Split(' ')
        select KeyValuePair.Create((syscall, row.Argument), names)).ToDictionary());

    /// <summary>A value in C notation: <c>O_WRONLY|O_CREAT</c>; null if it has no names.</summary>
    public static string? Find(string syscall, string argument, ulong value) =>
        Tables.Value.TryGetValue((syscall, argument), out var names) ? names.Write(value) : null;

    private sealed record Names(ulong ValueBits, (string Name, ulong Value)[] Members)
    {
        public static Names Parse(string table)
        {
            var words = table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var hasValue = words[0][0] == '/';
            return new(hasValue ? Number(words[0].AsSpan(1)) : 0, [.. words.Skip(hasValue ? 1 : 0).Select(Member)]);
        }

        public string? Write(ulong value)
        {
            var one = value & ValueBits;
            var named = ValueBits == 0 ? null : Members.FirstOrDefault(member => member.Value == one).Name;
            if (ValueBits == ulong.MaxValue) return named;
            var names = new List<string>();
            if (named is not null) names.Add(named);
            else if (one != 0) names.Add(one.ToString(CultureInfo.InvariantCulture));
            var rest = value & ~ValueBits;
            foreach (var member in Members)
            {
                if (member.Value == 0 || (member.Value & ValueBits) != 0 || (rest & member.Value) != member.Value)
                    continue;
                names.Add(member.Name);
                rest &= ~member.Value;
            }

            if (rest != 0) names.Add($"0x{rest.ToString("x", CultureInfo.InvariantCulture)}");
            if (names.Count == 0 && Members.FirstOrDefault(member => member.Value == 0).Name is { } none)
                names.Add(none);
            return names.Count == 0 ? null : string.Join('|', names);
        }

        private static (string Name, ulong Value) Member(string word)
        {
            var parts = word.Split('=');
            return (parts[0], Number(parts[1]));
        }

        private static ulong Number(ReadOnlySpan<char> text) => text.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : (ulong)long.Parse(text, CultureInfo.InvariantCulture);
    }
}
