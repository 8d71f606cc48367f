using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to the packets that an interface receives or sends.</summary>
[Cmdlet(VerbsCommon.New, "TcAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(TcAttachment))]
public sealed class NewTcAttachmentCommand : PinnableAttachmentCommand
{
    /// <summary>The interface.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    /// <summary>Which of its packets the program sees.</summary>
    [Parameter(Position = 1)]
    public TcDirection Direction { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new TcAttachOptions(InterfaceName, Direction);
}
