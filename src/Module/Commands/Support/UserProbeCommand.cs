namespace EbpfCat.Commands;

/// <summary>The base of commands that attach to places in other programs and in libraries.</summary>
public abstract class UserProbeCommand : PinnableAttachmentCommand
{
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(TracedFileCompleter)), ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    protected sealed override object? ErrorTarget => Path;
}
