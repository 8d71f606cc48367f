using EbpfCat.Kernel;

namespace EbpfCat.Attachments;

/// <summary>How a program came to be on an interface.</summary>
/// <param name="Mode">Where it runs.</param>
/// <param name="Link">The link it is attached by; null for none.</param>
/// <param name="IsShared">Whether another process may hold the link too.</param>
/// <param name="NativeRefusal">Why the driver would not run it.</param>
internal sealed record XdpHold(XdpMode Mode, LinkDescriptor? Link, bool IsShared = false, string? NativeRefusal = null);
