namespace EbpfCat.Commands;

/// <summary>Lists what is pinned.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfPin")]
[OutputType(typeof(PinInfo))]
public sealed class GetEbpfPinCommand : EbpfCommand
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("PinPath", "Name"), SupportsWildcards]
    [ArgumentCompleter(typeof(PinPathCompleter)), ValidateNotNullOrEmpty]
    public string Path { get; set; } = PinPath.Root;

    [Parameter, ValidateNotNull]
    public PinKind[]? Kind { get; set; }

    protected override object? ErrorTarget => Path;

    protected override void Process()
    {
        foreach (var path in PinTarget.Resolve(Path))
        {
            PinInfo[] pins = Directory.Exists(path) ? [.. Pins.In(path)] : [.. Found(path)];
            WriteObject(pins.Where(pin => Kind is null || Kind.Contains(pin.Kind)), enumerateCollection: true);
        }
    }

    private IEnumerable<PinInfo> Found(string path)
    {
        if (Pins.Read(path) is { } pin) return [pin];
        WriteError(Errors.NotFound("PinNotFound", $"Nothing is pinned at '{path}'.", path));
        return [];
    }
}
