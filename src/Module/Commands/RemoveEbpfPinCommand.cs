namespace EbpfCat.Commands;

/// <summary>Removes pins. The kernel frees what nothing else holds, and detaches the programs.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfPin", SupportsShouldProcess = true)]
public sealed class RemoveEbpfPinCommand : EbpfCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true), Alias("PinPath", "Name")]
    [SupportsWildcards, ArgumentCompleter(typeof(PinPathCompleter)), ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    protected override object? ErrorTarget => Path;

    protected override void Process()
    {
        foreach (var path in PinTarget.Resolve(Path).ToArray())
        {
            if (!ShouldProcess($"pin '{path}'", "Remove")) continue;
            if (Attachment.All.FirstOrDefault(own => own.PinPath == path) is { } attachment) attachment.Unpin();
            else Pins.Remove(path);
        }
    }
}
