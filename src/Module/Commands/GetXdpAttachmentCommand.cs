namespace EbpfCat.Commands;

/// <summary>Gets the XDP programs on interfaces, of any process and mode.</summary>
[Cmdlet(VerbsCommon.Get, "XdpAttachment")]
[OutputType(typeof(XdpAttachmentInfo))]
public sealed class GetXdpAttachmentCommand : EbpfCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InterfaceCompleter)), ValidateNotNullOrEmpty]
    public string? InterfaceName { get; set; }

    protected override object? ErrorTarget => InterfaceName;

    protected override void Process() => WriteObject(XdpAttachments.Get(InterfaceName), enumerateCollection: true);
}
