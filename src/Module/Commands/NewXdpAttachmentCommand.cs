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
public sealed class NewXdpAttachmentCommand : EbpfCommand
{
    /// <summary>The program: a definition, which is compiled and loaded; or a loaded program.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    /// <summary>The interface.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    /// <summary>Where the program is to run.</summary>
    [Parameter]
    public XdpMode Mode { get; set; }

    /// <summary>A name to pin the attachment by, so that it stays when the session ends.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pin { get; set; }

    /// <summary>Replaces the program that the interface has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    /// <inheritdoc/>
    protected override void Process()
    {
        var loaded = Loading.Find(Program.BaseObject);
        var definition = loaded is null ? (ProgramDefinition)Program.BaseObject : loaded.Definition;
        var name = definition?.Name ?? loaded!.Name;
        if (!ShouldProcess($"interface '{InterfaceName}'", $"Attach XDP program '{name}'")) return;

        var attachment = loaded is null ? Attach(definition!) : Attach(loaded, ownsProgram: false);
        Session.Own(attachment);
        if (attachment.NativeRefusal is { } refusal) WriteVerbose($"It runs in the network stack. {refusal}");
        WriteObject(attachment);
    }

    private XdpAttachment Attach(ProgramDefinition definition)
    {
        var loaded = Loading.Load(definition, Mode == XdpMode.Offload ? new LoadOptions { InterfaceIndex = Index() } : null);
        try
        {
            return Attach(loaded, ownsProgram: true);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    private XdpAttachment Attach(LoadedProgram loaded, bool ownsProgram) =>
        XdpAttachment.Attach(loaded, InterfaceName, Mode, Pin, Force, ownsProgram);

    private uint Index()
    {
        using var netlink = new Netlink();
        return (uint)netlink.GetLink(InterfaceName).Index;
    }
}
