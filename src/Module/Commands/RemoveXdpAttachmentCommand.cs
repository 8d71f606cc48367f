namespace EbpfCat.Commands;

/// <summary>Detaches the XDP programs of an interface, of any process and mode.</summary>
[Cmdlet(VerbsCommon.Remove, "XdpAttachment", DefaultParameterSetName = OfInterface, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveXdpAttachmentCommand : EbpfCommand
{
    private const string OfInterface = "Interface";
    private const string OfObject = "Object";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OfInterface)]
    [ArgumentCompleter(typeof(InterfaceCompleter)), ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfObject), ValidateNotNull]
    public XdpAttachmentInfo InputObject { get; set; } = null!;

    protected override object? ErrorTarget => ParameterSetName == OfObject ? InputObject : InterfaceName;

    protected override void Process()
    {
        var attached = ParameterSetName == OfObject ? [InputObject] : XdpAttachments.Get(InterfaceName);
        if (attached.Count == 0)
        {
            Report(Errors.NotFound("AttachmentNotFound", $"The interface '{InterfaceName}' has no XDP program.",
                InterfaceName));
        }

        foreach (var one in attached)
        {
            if (ShouldProcess($"interface '{one.InterfaceName}'",
                $"Detach XDP program '{one.ProgramName}' (id {one.ProgramId})"))
            {
                XdpAttachments.Remove(one);
            }
        }
    }
}
