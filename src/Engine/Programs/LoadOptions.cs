namespace EbpfCat.Programs;

/// <summary>How a program is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>The index of the interface whose network card runs the program (XDP offload); 0 for none.</summary>
    public uint InterfaceIndex { get; init; }

    /// <summary>
    /// Which part of the verifier's log to keep of a program that it accepts: 0 nothing, 1 the branches, 2 every
    /// instruction, 4 statistics (BPF_LOG_* of linux/bpf_verifier.h).
    /// </summary>
    public uint LogLevel { get; init; }

    /// <summary>The number of bytes of the log to keep: its end (before Linux 6.4 its beginning); 0 for all.</summary>
    public int LogSize { get; init; }

    /// <summary>Maps to use in place of those declared, by name: the maps of another program, for example.</summary>
    public IReadOnlyDictionary<string, LiveMap> SharedMaps { get; init; } = new Dictionary<string, LiveMap>();
}
