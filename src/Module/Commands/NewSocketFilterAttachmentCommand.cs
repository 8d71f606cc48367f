using System.Net.Sockets;

namespace EbpfCat.Commands;

/// <summary>
/// Attaches a program to a raw socket, which sees the packets of an interface and disturbs none; or to a socket of the
/// session, to filter what it receives.
/// </summary>
[Cmdlet(VerbsCommon.New, "SocketFilterAttachment", SupportsShouldProcess = true, DefaultParameterSetName = OnInterface)]
[OutputType(typeof(SocketFilterAttachment))]
public sealed class NewSocketFilterAttachmentCommand : AttachmentCommand
{
    private const string OnInterface = "Interface";
    private const string OnSocket = "Socket";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OnInterface)]
    [ArgumentCompleter(typeof(InterfaceCompleter)), ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    [Parameter(Mandatory = true, ParameterSetName = OnSocket), ValidateNotNull]
    public Socket Socket { get; set; } = null!;

    protected override object? ErrorTarget => ParameterSetName == OnSocket ? Socket : InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        ParameterSetName == OnSocket
        ? new SocketFilterAttachOptions(Socket) : new SocketFilterAttachOptions(InterfaceName);
}
