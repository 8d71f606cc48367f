using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Programs;

/// <summary>How a program is loaded, where the definition does not say it.</summary>
public sealed record LoadOptions
{
    /// <summary>The index of the interface whose card is to run it (XDP offload), or 0.</summary>
    public uint InterfaceIndex { get; init; }

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
