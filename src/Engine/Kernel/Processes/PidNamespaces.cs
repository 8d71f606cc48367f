namespace EbpfCat.Kernel;

/// <summary>The PID namespace of this process (pid_namespaces(7)).</summary>
internal static class PidNamespaces
{
    private const ulong Initial = 0xeffffffc; // PROC_PID_INIT_INO of linux/proc_ns.h
    private const uint Inode = 0x100; // STATX_INO
    private const int InodeOffset = 32; // struct statx of linux/stat.h
    private const int MajorOffset = 136;
    private const int MinorOffset = 140;
    private const int MinorBits = 20; // of dev_t in the kernel

    private static readonly MachineFact<(ulong Device, ulong Inode)?> OwnFact = new(Read);

    /// <summary>Device and inode number of the namespace; null for the initial one.</summary>
    public static (ulong Device, ulong Inode)? Own => OwnFact.Value;

    private static unsafe (ulong Device, ulong Inode)? Read()
    {
        const string file = "/proc/self/ns/pid";
        var status = stackalloc byte[256];
        Libc.Check(Libc.FileStatus(0, file, 0, Inode, status), $"read '{file}'");
        var device = (ulong)*(uint*)(status + MajorOffset) << MinorBits | *(uint*)(status + MinorOffset);
        var inode = *(ulong*)(status + InodeOffset);
        return inode == Initial ? null : (device, inode);
    }
}
