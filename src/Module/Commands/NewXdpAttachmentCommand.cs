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

    private protected override string Replacing(AttachOptions options) => string.Concat(Replaced().Select(one =>
        $", replacing program '{one.ProgramName}' (id {one.ProgramId}"
        + (one.PinName is { } pin ? $", pinned as '{pin}')" : ")")));

    private protected override bool ConfirmReplacement(AttachOptions options)
    {
        var foreign = Replaced().FirstOrDefault(one => one.PinName is { } name && name != Pin && !IsOwn(one));
        if (foreign is null) return true;
        return Confirmation.Ask(
            this, "PinnedAttachmentReplaced",
            $"The interface '{InterfaceName}' has the program '{foreign.ProgramName}', pinned as '{foreign.PinName}' "
            + "by another process. The pin stays, with the program's maps, but the program is no longer attached.");
    }

    private IReadOnlyList<XdpAttachmentInfo> Replaced() => Force ? XdpAttachments.Get(InterfaceName) : [];

    private static bool IsOwn(XdpAttachmentInfo attached) =>
        Attachment.All.Any(own => own.PinPath == attached.PinPath && own.ProgramId == attached.ProgramId);

    private protected override void Report(Attachment attachment)
    {
        var attached = (XdpAttachment)attachment;
        WriteVerbose($"It runs in {attached.Mode} mode: {attached.ModeReason}.");
    }
}
