using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using XdpMode = EbpfCat.Attachments.XdpMode;

namespace EbpfCat.Commands;

/// <summary>Attaches an XDP program to a network interface.</summary>
[Cmdlet(VerbsCommon.New, "XdpAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(XdpAttachment))]
public sealed class NewXdpAttachmentCommand : PinnableAttachmentCommand
{
    /// <summary>The interface.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    /// <summary>Where the program is to run.</summary>
    [Parameter]
    public XdpMode Mode { get; set; }

    /// <summary>Replaces the program that the interface has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new XdpAttachOptions(InterfaceName) { Mode = Mode, Force = Force };

    private protected override void Report(Attachment attachment)
    {
        if (((XdpAttachment)attachment).NativeRefusal is { } refusal)
            WriteVerbose($"It runs in the network stack. {refusal}");
    }
}
