using System.Management.Automation;

namespace EbpfCat.Commands;

/// <summary>Attaches a program in a way that can outlast the session.</summary>
public abstract class PinnableAttachmentCommand : AttachmentCommand
{
    /// <summary>A name to pin the attachment by, so that it stays when the session ends.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pin { get; set; }

    private protected sealed override string? PinName => Pin;
}
