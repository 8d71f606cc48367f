using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Programs;

/// <summary>How a program is loaded, where the definition does not say it.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// Where it is to be attached, where the hook asks for that at load time; none for what the definition says.
    /// </summary>
    public BpfAttachType ExpectedAttachType { get; init; }

    /// <summary>How it is verified and loaded.</summary>
    public BpfProgramFlags Flags { get; init; }

    /// <summary>The index of the interface whose card is to run it (XDP offload), or 0.</summary>
    public uint InterfaceIndex { get; init; }

    /// <summary>
    /// The id of the kernel type to attach to (fentry, LSM, iterators), or 0 for what the definition's target is.
    /// </summary>
    public uint AttachBtfId { get; init; }

    /// <summary>The module's type information that <see cref="AttachBtfId"/> is in; null for the kernel's.</summary>
    public BtfDescriptor? AttachBtf { get; init; }

    /// <summary>The program whose function <see cref="AttachBtfId"/> is; null for the kernel's functions.</summary>
    public ProgramDescriptor? AttachProgram { get; init; }

    /// <summary>
    /// What of the verifier's log to keep of a program that it accepts: 0 nothing, 1 or 2 the way it went, 4 statistics.
    /// </summary>
    public uint LogLevel { get; init; }

    /// <summary>
    /// How many bytes of that log to keep at most: its end (before Linux 6.4 its beginning); 0 for as many as it has.
    /// </summary>
    public int LogSize { get; init; }

    /// <summary>Maps to use in place of those declared, by name: another program's, for instance.</summary>
    public IReadOnlyDictionary<string, LiveMap> SharedMaps { get; init; } = new Dictionary<string, LiveMap>();
}
