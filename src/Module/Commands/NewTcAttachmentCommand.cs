namespace EbpfCat.Commands;

/// <summary>Attaches a program to the packets that an interface receives or sends.</summary>
[Cmdlet(VerbsCommon.New, "TcAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(TcAttachment))]
public sealed class NewTcAttachmentCommand : PinnableAttachmentCommand
{
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(InterfaceCompleter)), ValidateNotNullOrEmpty]
    public string InterfaceName { get; set; } = null!;

    [Parameter(Position = 1)]
    public TcDirection Direction { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public object? Before { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public object? After { get; set; }

    [Parameter, ValidateRange(1, ushort.MaxValue)]
    public int? Priority { get; set; }

    protected override object? ErrorTarget => InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new TcAttachOptions(InterfaceName, Direction)
        {
            Before = Neighbor(Before),
            After = Neighbor(After),
            Priority = (ushort?)Priority,
        };

    private static TcNeighbor? Neighbor(object? given) => (given is PSObject item ? item.BaseObject : given) switch
    {
        null => null,
        string name => TcNeighbor.Named(name),
        Attachment attachment => TcNeighbor.Of(attachment),
        KernelAttachment attachment => TcNeighbor.Link(attachment.LinkId),
        LoadedProgram program => TcNeighbor.Program(program.Id),
        KernelProgram program => TcNeighbor.Program(program.Id),
        var id => TcNeighbor.Program(LanguagePrimitives.ConvertTo<uint>(id)),
    };
}
