namespace EbpfCat.Commands;

/// <summary>Detaches programs, and removes their pins.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfAttachment", DefaultParameterSetName = OfObject, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveEbpfAttachmentCommand : EbpfCommand
{
    private const string OfObject = "Object";
    private const string OfPin = "Pin";
    private const string OfLink = "Link";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = OfObject), ValidateNotNull]
    public Attachment InputObject { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfLink), ValidateNotNull]
    public KernelAttachment Link { get; set; } = null!;

    [Parameter(Mandatory = true, ParameterSetName = OfPin), ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string Pin { get; set; } = null!;

    protected override object? ErrorTarget =>
        ParameterSetName switch { OfPin => Pin, OfLink => Link, _ => InputObject };

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

        var own = ParameterSetName == OfPin ? PinnedAttachment.FindOwn(PinDirectory.PathOf(Pin)) : InputObject;
        using var opened = own is null ? PinnedAttachment.Open(Pin) : null;
        var attachment = opened ?? own!;
        if (ShouldProcess($"{attachment.Kind} {attachment.Target}", $"Detach program '{attachment.ProgramName}'"))
            attachment.Detach();
    }
}
