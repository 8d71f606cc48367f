using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to a raw socket, which sees the packets of an interface and disturbs none.</summary>
[Cmdlet(VerbsCommon.New, "SocketFilterAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(SocketFilterAttachment))]
public sealed class NewSocketFilterAttachmentCommand : AttachmentCommand
{
    /// <summary>The interface.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    private protected override Hook HookFor(ProgramType type, ProgramDefinition? definition) => Hooks.SocketFilter(InterfaceName);
}
