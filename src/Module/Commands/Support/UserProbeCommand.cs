using System.Management.Automation;
using EbpfCat.Completion;

namespace EbpfCat.Commands;

/// <summary>What the commands share that attach programs to places in other programs and in libraries.</summary>
public abstract class UserProbeCommand : PinnableAttachmentCommand
{
    /// <summary>The program or library: a path or a name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(TracedFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    /// <summary>The process that it is for; all where none is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <inheritdoc/>
    protected sealed override object? ErrorTarget => Path;
}
