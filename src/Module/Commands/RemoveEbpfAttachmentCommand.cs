using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;

namespace EbpfCat.Commands;

/// <summary>Detaches programs, and removes their pins.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfAttachment", DefaultParameterSetName = OfObject, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveEbpfAttachmentCommand : EbpfCommand
{
    private const string OfObject = "Object";
    private const string OfPin = "Pin";
    private const string OfLink = "Link";

    /// <summary>The attachment.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = OfObject)]
    [ValidateNotNull]
    public Attachment InputObject { get; set; } = null!;

    /// <summary>A link of another process, as Get-EbpfAttachment -All gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfLink)]
    [ValidateNotNull]
    public KernelAttachment Link { get; set; } = null!;

    /// <summary>The name it is pinned by.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfPin)]
    [ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string Pin { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? ErrorTarget =>
        ParameterSetName switch { OfPin => Pin, OfLink => Link, _ => InputObject };

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == OfLink)
        {
            if (ShouldProcess($"{Link.Kind} {Link.Target}",
                $"Detach program '{Link.ProgramName}' (link {Link.LinkId})"))
            {
                Link.Detach();
            }

            return;
        }

        using var opened = ParameterSetName == OfPin ? PinnedAttachment.Open(Pin) : null;
        var attachment = opened ?? InputObject;
        if (ShouldProcess($"{attachment.Kind} {attachment.Target}", $"Detach program '{attachment.Program.Name}'"))
            attachment.Detach();
    }
}
