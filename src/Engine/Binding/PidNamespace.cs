namespace EbpfCat.Binding;

/// <summary>A PID namespace (pid_namespaces(7)), as <c>bpf_get_ns_current_pid_tgid</c> takes it (Linux 5.7).</summary>
/// <param name="Device">The device of its file below <c>/proc/PID/ns</c>, as the kernel keeps the number.</param>
/// <param name="Inode">The inode number of that file.</param>
public sealed record PidNamespace(ulong Device, ulong Inode);
