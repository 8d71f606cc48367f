namespace EbpfCat.Tracing;

/// <summary>The memory that a pointer points into, which determines the helper that reads it.</summary>
public enum PointerTarget
{
    /// <summary>Not a pointer.</summary>
    None,
    /// <summary>The kernel's: <c>bpf_probe_read_kernel</c>.</summary>
    Kernel,
    /// <summary>The process's: <c>bpf_probe_read_user</c>.</summary>
    User,
}
