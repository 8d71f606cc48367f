using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
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

    private protected override Hook HookFor(ProgramType type, ProgramDefinition? definition) => new(
        $"interface '{InterfaceName}'", ProgramType.Xdp,
        (program, pin, owns) => XdpAttachment.Attach(program, InterfaceName, Mode, pin, Force, owns))
    {
        Options = Mode == XdpMode.Offload ? new LoadOptions { InterfaceIndex = (uint)Interfaces.IndexOf(InterfaceName) } : null,
    };

    private protected override void Tell(Attachment attachment)
    {
        if (((XdpAttachment)attachment).NativeRefusal is { } refusal) WriteVerbose($"It runs in the network stack. {refusal}");
    }
}
