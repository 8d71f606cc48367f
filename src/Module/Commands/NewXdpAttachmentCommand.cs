using XdpMode = EbpfCat.Attachments.XdpMode;

namespace EbpfCat.Commands;

/// <summary>Attaches an XDP program to a network interface.</summary>
[Cmdlet(VerbsCommon.New, "XdpAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(XdpAttachment))]
public sealed class NewXdpAttachmentCommand : PinnableAttachmentCommand
{
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(InterfaceCompleter)), ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    [Parameter]
    public XdpMode Mode { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override object? ErrorTarget => InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new XdpAttachOptions(InterfaceName) { Mode = Mode, Force = Force };

    private protected override void Report(Attachment attachment)
    {
        var attached = (XdpAttachment)attachment;
        WriteVerbose($"It runs in {attached.Mode} mode: {attached.ModeReason}.");
    }
}
