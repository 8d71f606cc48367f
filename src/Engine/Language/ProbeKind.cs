namespace EbpfCat.Language;

/// <summary>
/// What a program of type <see cref="ProgramType.Kprobe"/> is put on: its context is a <c>struct pt_regs</c> in each
/// case, which means another thing.
/// </summary>
public enum ProbeKind
{
    /// <summary>
    /// Entry of a kernel function, or an instruction in it. The target is <c>function</c> or <c>function+offset</c>.
    /// </summary>
    Kprobe,
    /// <summary>Return of a kernel function. The target is <c>function</c>.</summary>
    Kretprobe,
    /// <summary>
    /// Entry of a function in user space, or an instruction in it. The target is <c>path:symbol</c> or
    /// <c>path:offset</c>.
    /// </summary>
    Uprobe,
    /// <summary>Return of a function in user space. The target is <c>path:symbol</c>.</summary>
    Uretprobe,
    /// <summary>A place that the author of a program marked. The target is <c>path:provider:name</c>.</summary>
    Usdt,
}
