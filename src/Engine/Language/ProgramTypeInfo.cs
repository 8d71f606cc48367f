namespace EbpfCat.Language;

/// <summary>
/// What the compiler knows of a program type. The offsets are those of the context as a program sees it
/// (struct xdp_md, struct __sk_buff in linux/bpf.h), in bytes.
/// </summary>
/// <param name="Packet">The access to the packet.</param>
/// <param name="DataOffset">The offset of the packet's start in the context.</param>
/// <param name="DataEndOffset">The offset of the packet's end in the context.</param>
/// <param name="Verdicts">The names of its results, in the field's terms.</param>
/// <param name="DefaultVerdict">The result where the program gives none.</param>
public sealed record ProgramTypeInfo(
    ProgramType Type, PacketAccess Packet, int DataOffset, int DataEndOffset,
    IReadOnlyDictionary<string, int> Verdicts, int DefaultVerdict)
{
    /// <summary>Whether it sees packets from their IP header on, without what is before.</summary>
    public bool StartsAtNetwork { get; init; }

    /// <summary>
    /// The number of a verdict that is given as a name, as a number of 32 bits, or as a member of an enumeration such
    /// as <see cref="XdpVerdict"/>; null where programs of this type have no such verdict.
    /// </summary>
    public long? ValueOf(object verdict)
    {
        switch (verdict)
        {
            case string name: return Verdicts.TryGetValue(name, out var known) ? known : null;
            case Enum member:
                var value = Convert.ToInt64(member, null);
                return Verdicts.TryGetValue(member.ToString(), out var meant) && meant == value ? value : null;
            case sbyte or byte or short or ushort or int or uint or long:
                var number = Convert.ToInt64(verdict, null);
                return number is >= int.MinValue and <= uint.MaxValue ? number : null;
            default: return null;
        }
    }

    /// <summary>
    /// Whether the outer VLAN tag may have been taken out of the packet into its metadata, the context's
    /// <c>vlan_present</c> and <c>vlan_tci</c>.
    /// </summary>
    public bool HasTagInMetadata => !StartsAtNetwork && Packet is PacketAccess.DirectLinear or PacketAccess.Copy;

    /// <summary>The verdict's name, or null where it has none.</summary>
    public string? NameOf(int verdict) => Verdicts.FirstOrDefault(pair => pair.Value == verdict).Key;
}
