namespace EbpfCat.Binding;

/// <summary>The memory that a pointer points to, which determines the helper that reads it.</summary>
public enum EventMemory
{
    /// <summary>Kernel memory, read by <c>bpf_probe_read_kernel</c> (Linux 5.5).</summary>
    Kernel,
    /// <summary>Memory of the process, read by <c>bpf_probe_read_user</c> (Linux 5.5).</summary>
    User,
    /// <summary>Kernel memory behind a pointer whose type the verifier knows, read directly.</summary>
    Typed,
    /// <summary>Known only by the address: those of the kernel have the highest bit set.</summary>
    Unknown,
}
