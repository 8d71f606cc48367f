namespace EbpfCat.Commands;

/// <summary>Gives a program, a map or an attachment a path that keeps it when the session ends.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfPin", SupportsShouldProcess = true)]
[OutputType(typeof(LoadedProgram), typeof(LiveMap), typeof(Attachment))]
public sealed class AddEbpfPinCommand : EbpfCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true), ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 0), Alias("Name"), ArgumentCompleter(typeof(PinPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    [Parameter]
    public SwitchParameter Maps { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override object? ErrorTarget => InputObject.BaseObject;

    protected override void Process()
    {
        var given = InputObject.BaseObject;
        var path = given is Attachment && !Maps ? PinDirectory.PathOf(Path) : PinPath.Of(Path);
        if (!ShouldProcess($"{given}", $"Pin to '{path}'")) return;
        using var opened = Shared.Open(given);
        if (Maps) PinMaps(opened ?? given, path);
        else PinOne(opened ?? given, path);
        if (PassThru) WriteObject(InputObject);
    }

    private static void PinOne(object given, string path)
    {
        if (given is Attachment attachment)
        {
            attachment.Pin(path);
            return;
        }

        switch (given)
        {
            case LoadedProgram program:
                program.Pin(path);
                break;
            case LiveMap map:
                map.Pin(path);
                break;
            case LiveVariable variable:
                variable.Map.Pin(path);
                break;
            default:
                throw new ArgumentException(
                    $"{Values.Kind(given)} cannot be pinned; " + "give a loaded program, a map or an attachment.");
        }
    }

    private static void PinMaps(object given, string directory)
    {
        var program = Loading.Find(given)
            ?? throw new ArgumentException(
                "A definition has no maps in the kernel yet: load it with Import-EbpfProgram.");
        program.PinMaps(directory);
    }
}
