namespace EbpfCat.Attachments;

/// <summary>An XDP program on an interface, whoever attached it and however.</summary>
/// <param name="InterfaceName">The interface.</param>
/// <param name="InterfaceIndex">Its index.</param>
/// <param name="Mode">Where the program runs: never <see cref="XdpMode.Best"/>.</param>
/// <param name="ProgramId">The program's id.</param>
/// <param name="ProgramName">
/// Its name; without type information the first 15 characters. Empty where this process may not look at programs.
/// </param>
/// <param name="Tag">The hash of its instructions: 16 hexadecimal digits.</param>
/// <param name="LinkId">
/// The link it is attached by; null where it is attached without one (netlink), or another network namespace has the
/// same program by a link on an interface of the same index, which cannot be told apart.
/// </param>
/// <param name="PinPath">The directory of pins that keeps it; null where it is not pinned there.</param>
public sealed record XdpAttachmentInfo(
    string InterfaceName, int InterfaceIndex, XdpMode Mode, uint ProgramId, string ProgramName, string Tag,
    uint? LinkId,
    string? PinPath)
{
    /// <summary>The name of the pin; null where it is not pinned.</summary>
    public string? PinName => PinPath is null ? null : Path.GetFileName(PinPath);
}
