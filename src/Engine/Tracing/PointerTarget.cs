namespace EbpfCat.Tracing;

/// <summary>What memory a pointer points into, which decides the helper that reads it.</summary>
public enum PointerTarget
{
    /// <summary>It is no pointer.</summary>
    None,

    /// <summary>The kernel's: <c>bpf_probe_read_kernel</c>.</summary>
    Kernel,

    /// <summary>The process's: <c>bpf_probe_read_user</c>.</summary>
    User,
}
