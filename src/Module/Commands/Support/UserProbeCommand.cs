namespace EbpfCat.Commands;

/// <summary>The base of commands that attach to places in other programs and in libraries.</summary>
public abstract class UserProbeCommand : ProcessAttachmentCommand
{
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(TracedFileCompleter)), ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    protected sealed override object? ErrorTarget => Path;

    private protected sealed override bool HookSelectsProcess => true;
}
