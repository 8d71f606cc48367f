using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;

namespace EbpfCat.Commands;

/// <summary>Gets the XDP programs on interfaces, whoever attached them and however.</summary>
[Cmdlet(VerbsCommon.Get, "XdpAttachment")]
[OutputType(typeof(XdpAttachmentInfo))]
public sealed class GetXdpAttachmentCommand : EbpfCommand
{
    /// <summary>The interface; all where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? InterfaceName { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    /// <inheritdoc/>
    protected override void Process() => WriteObject(XdpAttachments.Get(InterfaceName), enumerateCollection: true);
}
