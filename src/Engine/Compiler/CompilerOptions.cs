namespace EbpfCat.Compiler;

/// <summary>The features of the kernel that the program is compiled for.</summary>
public sealed record CompilerOptions
{
    /// <summary>The newest instruction set to use. v3 is in Linux 5.1 and later, v4 in 6.6 and later.</summary>
    public InstructionSet InstructionSet { get; init; } = InstructionSet.V3;

    /// <summary>
    /// Whether the kernel has <c>bpf_loop</c> (Linux 5.17), so that loops too long for the verifier to follow can use
    /// it.
    /// </summary>
    public bool HasLoopHelper { get; init; }

    /// <summary>Whether the kernel has XDP packets of several buffers (Linux 5.18).</summary>
    public bool HasXdpFragments { get; init; }

    /// <summary>
    /// Whether <c>bpf_trace_printk</c> has formats for addresses, widths and several texts (Linux 5.13).
    /// </summary>
    public bool HasTraceFormats { get; init; }

    /// <summary>Whether the kernel has <c>bpf_trace_vprintk</c>, for more than three values (Linux 5.16).</summary>
    public bool HasTraceArray { get; init; }

    /// <summary>
    /// The programs that share maps, variables and the buffer of their output with this one, itself among them; empty
    /// for none.
    /// </summary>
    internal IReadOnlyList<ProgramDefinition> Group { get; init; } = [];

    /// <summary>The index of the program among those that share the buffer of their output.</summary>
    internal int Index { get; init; }

    /// <summary>From how many rounds on a loop counts as long.</summary>
    internal ulong LongRounds { get; init; } = LongLoops.DefaultRounds;

    /// <summary>
    /// Called after each pass over the intermediate form with the pass's name: by default nothing, or the verifier of
    /// the intermediate form where the switch <c>EbpfCat.VerifyIr</c> of the application context is on, as it is in
    /// tests.
    /// </summary>
    internal Action<string, IrFunction>? AfterPass { get; init; } =
        AppContext.TryGetSwitch("EbpfCat.VerifyIr", out var isOn) && isOn ? IrVerifier.Verify : null;

    /// <summary>
    /// What the program is attached to, for <c>$event</c> and <c>$return</c>; null where it uses neither.
    /// </summary>
    public ITracedEvent? Event { get; init; }

    /// <summary>
    /// The current task, for <c>$process.Task</c> and <c>$process.Parent</c>; null where it uses neither.
    /// </summary>
    public ITracedEvent? CurrentTask { get; init; }

    /// <summary>The PID namespace that ids of processes and threads are of; null for the initial one.</summary>
    public PidNamespace? PidNamespace { get; init; }
}
