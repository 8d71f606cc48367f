namespace EbpfCat.Binding;

/// <summary>The start of the path to a value of an event.</summary>
public enum EventRoot
{
    /// <summary>A field of the context that the kernel passes to the program.</summary>
    Context,
    /// <summary>The current task, <c>struct task_struct</c>.</summary>
    CurrentTask,
    /// <summary>A number that the program computes: <see cref="EventAccess.Pointer"/>.</summary>
    Pointer,
    /// <summary>A constant.</summary>
    Constant,
    /// <summary>The address of the traced function: <c>bpf_get_func_ip</c> (Linux 5.15, of uprobes 6.6).</summary>
    TracedFunction,
    /// <summary>One of several values, by the cookie of the attachment: <c>bpf_get_attach_cookie</c>.</summary>
    Alternatives,
}
