using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>Attaches a program to kernel functions.</summary>
[Cmdlet(VerbsCommon.New, "KprobeAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(KprobeAttachment))]
public sealed class NewKprobeAttachmentCommand : PinnableAttachmentCommand
{
    /// <summary>The function; wildcards are permitted.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KernelFunctionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Function { get; set; }

    /// <summary>How far into the function, in bytes.</summary>
    [Parameter]
    public ulong Offset { get; set; }

    /// <summary>Runs the program when the function returns.</summary>
    [Parameter]
    public SwitchParameter Return { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Function;

    private protected override AttachOptions OptionsFor(ProgramDefinition? definition) =>
        new KprobeAttachOptions(NameOf(Function, definition, "kernel function", nameof(Function)))
        {
            OnReturn = Return,
            Offset = Offset,
        };
}
