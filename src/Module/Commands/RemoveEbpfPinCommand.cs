namespace EbpfCat.Commands;

/// <summary>Removes pins. The kernel frees what nothing else holds, and detaches the programs.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfPin", SupportsShouldProcess = true)]
public sealed class RemoveEbpfPinCommand : EbpfCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true), Alias("PinPath", "Name")]
    [SupportsWildcards, ArgumentCompleter(typeof(PinPathCompleter)), ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    protected override object? ErrorTarget => Path;

    protected override void Process()
    {
        foreach (var path in PinTarget.Resolve(Path).ToArray())
        {
            foreach (var pin in Recurse ? Pins.In(path).Select(pin => pin.Path).ToArray() : []) Remove(pin);
            if (!Recurse || Pins.Exists(path)) Remove(path);
        }
    }

    private void Remove(string path)
    {
        if (!ShouldProcess($"pin '{path}'", "Remove")) return;
        if (PinnedAttachment.FindOwn(path) is { } attachment) attachment.Unpin();
        else Pins.Remove(path);
    }
}
