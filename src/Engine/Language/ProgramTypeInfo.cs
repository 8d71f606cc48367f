namespace EbpfCat.Language;

/// <summary>
/// What the compiler knows of a program type. The offsets are those of the context as a program sees it
/// (struct xdp_md, struct __sk_buff in linux/bpf.h), in bytes.
/// </summary>
/// <param name="Packet">How it reaches the packet.</param>
/// <param name="DataOffset">Where the context holds the packet's start.</param>
/// <param name="DataEndOffset">Where it holds the packet's end.</param>
/// <param name="Verdicts">The names of its results, in the field's terms.</param>
/// <param name="DefaultVerdict">The result where the program gives none.</param>
public sealed record ProgramTypeInfo(
    ProgramType Type, PacketAccess Packet, int DataOffset, int DataEndOffset,
    IReadOnlyDictionary<string, int> Verdicts, int DefaultVerdict)
{
    /// <summary>Whether it sees packets from their IP header on, without what is before.</summary>
    public bool StartsAtNetwork { get; init; }

    /// <summary>The verdict's name, or null where it has none.</summary>
    public string? NameOf(int verdict) => Verdicts.FirstOrDefault(pair => pair.Value == verdict).Key;
}
