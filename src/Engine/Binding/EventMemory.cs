namespace EbpfCat.Binding;

/// <summary>Whose memory a pointer leads to, and so how it is read.</summary>
public enum EventMemory
{
    /// <summary>The kernel's, read by <c>bpf_probe_read_kernel</c> (Linux 5.5).</summary>
    Kernel,
    /// <summary>The process's, read by <c>bpf_probe_read_user</c> (Linux 5.5).</summary>
    User,
    /// <summary>The kernel's, by a pointer whose type the verifier knows: read directly.</summary>
    Typed,
}
