namespace EbpfCat.Attachments;

/// <summary>An XDP program on an interface, attached by any process in any way.</summary>
/// <param name="Mode">Where the program runs: never <see cref="XdpMode.Best"/>.</param>
/// <param name="ProgramName">
/// The program's name: its first 15 characters where the program has no type information. Empty where this process has
/// no privilege to read it.
/// </param>
/// <param name="Tag">The hash of the program's instructions: 16 hexadecimal digits.</param>
/// <param name="LinkId">
/// The id of the link that attaches the program; null for a program attached without a link (netlink). Null also where
/// the link is not known: this process may not list links, or two network namespaces attach the same program to
/// interfaces of the same index.
/// </param>
/// <param name="PinPath">The pin directory of the link or the program; null where neither is pinned.</param>
public sealed record XdpAttachmentInfo(
    string InterfaceName, int InterfaceIndex, XdpMode Mode, uint ProgramId, string ProgramName, string Tag,
    uint? LinkId, string? PinPath)
{
    /// <summary>The name of the pin; null where there is none.</summary>
    public string? PinName => PinPath is null ? null : Path.GetFileName(PinPath);
}
