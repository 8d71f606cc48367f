namespace EbpfCat.Commands;

/// <summary>Attaches a program to objects of the kernel, which it goes through whenever it is read.</summary>
[Cmdlet(VerbsCommon.New, "IteratorAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(IteratorAttachment))]
public sealed class NewIteratorAttachmentCommand : AttachmentCommand
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(IteratorCompleter)), ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    protected override object? ErrorTarget => Name;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new IteratorAttachOptions(NameOf(Name, definition, "iterator", nameof(Name))) { ProcessId = ProcessId };
}
