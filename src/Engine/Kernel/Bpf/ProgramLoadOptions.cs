namespace EbpfCat.Kernel;

/// <summary>The options of BPF_PROG_LOAD. Members left out are zero, which the kernel reads as absent.</summary>
internal sealed record ProgramLoadOptions
{
    public required BpfProgramType Type { get; init; }

    /// <summary>The type's name in errors; null for that of the kernel.</summary>
    public string? TypeName { get; init; }

    /// <summary>The instructions as RFC 9669 encodes them, 8 bytes each, in the order of the processor.</summary>
    public required ReadOnlyMemory<byte> Instructions { get; init; }

    /// <summary>The license; some helpers are for programs under the GPL alone.</summary>
    public string License { get; init; } = "GPL";

    /// <summary>The name: see <see cref="ObjectName.From"/> (Linux 4.15).</summary>
    public string? Name { get; init; }

    /// <summary>The hook of the program, if its type requires it for loading (Linux 4.17).</summary>
    public BpfAttachType ExpectedAttachType { get; init; }

    public BpfProgramFlags Flags { get; init; }

    /// <summary>The buffer for the verifier's log, or null for no log.</summary>
    public VerifierLog? Log { get; init; }

    /// <summary>The kernel's version as <c>LINUX_VERSION_CODE</c>: before Linux 5.0 kprobes must name it.</summary>
    public uint KernelVersion { get; init; }

    /// <summary>The network device that the program is offloaded to.</summary>
    public uint InterfaceIndex { get; init; }

    /// <summary>The BTF that <see cref="FunctionInfo"/> and <see cref="LineInfo"/> refer to (Linux 5.0).</summary>
    public BtfDescriptor? Btf { get; init; }

    /// <summary>Records of <c>struct bpf_func_info</c>: instruction offset in slots, type id, 4 bytes each.</summary>
    public ReadOnlyMemory<byte> FunctionInfo { get; init; }

    /// <summary>
    /// Records of <c>struct bpf_line_info</c>: instruction offset in slots, string offsets of file and line, line and
    /// column (<c>line &lt;&lt; 10 | column</c>), 4 bytes each.
    /// </summary>
    public ReadOnlyMemory<byte> LineInfo { get; init; }

    /// <summary>The id of the kernel type to attach to: function, hook, tracepoint or iterator (Linux 5.5).</summary>
    public uint AttachBtfId { get; init; }

    /// <summary>The program that has the function <see cref="AttachBtfId"/>, to trace or extend programs.</summary>
    public ProgramDescriptor? AttachProgram { get; init; }

    /// <summary>The BTF of the module with <see cref="AttachBtfId"/>; null: the kernel's own (Linux 5.11).</summary>
    public BtfDescriptor? AttachBtf { get; init; }
}
