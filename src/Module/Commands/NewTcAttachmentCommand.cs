using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Programs;

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

    /// <summary>The program before which this one runs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Before { get; set; }

    /// <summary>The program after which this one runs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? After { get; set; }

    /// <summary>The priority of a filter.</summary>
    [Parameter]
    [ValidateRange(1, ushort.MaxValue)]
    public int? Priority { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => InterfaceName;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new TcAttachOptions(InterfaceName, Direction)
        {
            Before = Neighbor(Before),
            After = Neighbor(After),
            Priority = (ushort?)Priority,
        };

    private static TcNeighbor? Neighbor(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
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
