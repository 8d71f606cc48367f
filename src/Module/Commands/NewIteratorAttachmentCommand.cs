using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to objects of the kernel, which it goes through whenever it is read.</summary>
[Cmdlet(VerbsCommon.New, "IteratorAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(IteratorAttachment))]
public sealed class NewIteratorAttachmentCommand : AttachmentCommand
{
    /// <summary>What to go through: task, task_file.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(IteratorCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The process whose objects to go through; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new IteratorAttachOptions(NameOf(Name, definition, "iterator", nameof(Name))) { ProcessId = ProcessId };
}
