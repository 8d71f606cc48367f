namespace EbpfCat.Kernel;

/// <summary>The kernel's description of a program (<c>struct bpf_prog_info</c>).</summary>
internal sealed record ProgramInfo
{
    public BpfProgramType Type { get; init; }

    /// <summary>The id, unique as long as the program lives.</summary>
    public uint Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>A hash of the instructions, as 16 hexadecimal digits.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The size of the native code in bytes; 0 where the program is interpreted.</summary>
    public int NativeSize { get; init; }

    /// <summary>The size of the instructions after verification in bytes.</summary>
    public int InstructionSize { get; init; }

    /// <summary>The instructions after the verifier's changes, 8 bytes each; empty if not read or permitted.</summary>
    public ReadOnlyMemory<byte> Instructions { get; init; }

    /// <summary>When the program was loaded, as time since boot.</summary>
    public TimeSpan LoadTime { get; init; }

    public uint UserId { get; init; }
    public IReadOnlyList<uint> MapIds { get; init; } = [];
    public bool IsGplCompatible { get; init; }

    /// <summary>The id of its type information, or 0 (Linux 5.0).</summary>
    public uint BtfId { get; init; }

    /// <summary>Its function records, each of <see cref="FunctionInfoRecordSize"/> bytes (bpf_func_info).</summary>
    public ReadOnlyMemory<byte> FunctionInfo { get; init; }

    /// <summary>The size of a function record in bytes.</summary>
    public int FunctionInfoRecordSize { get; init; }

    /// <summary>Its line records, each <see cref="LineInfoRecordSize"/> bytes (<c>struct bpf_line_info</c>).</summary>
    public ReadOnlyMemory<byte> LineInfo { get; init; }

    /// <summary>The size of a line record in bytes.</summary>
    public int LineInfoRecordSize { get; init; }

    /// <summary>The time it ran, while runs were counted (Linux 5.1).</summary>
    public TimeSpan RunTime { get; init; }

    /// <summary>The number of runs while they were counted (Linux 5.1).</summary>
    public ulong RunCount { get; init; }

    /// <summary>The id of the type information that <see cref="AttachBtfId"/> is in (Linux 6.0).</summary>
    public uint AttachBtfObjectId { get; init; }

    /// <summary>The id of the type it was loaded for, or 0 (Linux 6.0).</summary>
    public uint AttachBtfId { get; init; }
}
