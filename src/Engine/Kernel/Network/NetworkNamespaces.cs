namespace EbpfCat.Kernel;

/// <summary>The system calls of network namespaces (network_namespaces(7)).</summary>
internal static class NetworkNamespaces
{
    private const int NewNetwork = 0x40000000;
    private const int CloseOnExec = 0x80000;

    /// <summary>Moves the calling thread into a new network namespace (unshare(2)).</summary>
    public static void Unshare() => Check(Libc.Unshare(NewNetwork), "create a network namespace");

    /// <summary>Opens a network namespace by a path such as <c>/proc/PID/ns/net</c>.</summary>
    public static FileDescriptor Open(string path) =>
        new(Check(Libc.Open(path, CloseOnExec), $"open the network namespace '{path}'"));

    /// <summary>Moves the calling thread into a network namespace (setns(2)).</summary>
    public static void Enter(FileDescriptor networkNamespace)
    {
        using var borrowed = networkNamespace.Borrow();
        Check(Libc.SetNamespace(borrowed.Number, NewNetwork), "enter a network namespace");
    }

    private static int Check(int result, string operation) => Libc.Check(result, operation, Capability.SysAdmin);
}
