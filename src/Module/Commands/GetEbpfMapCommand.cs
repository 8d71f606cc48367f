namespace EbpfCat.Commands;

/// <summary>Lists the maps in the kernel, of all processes.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfMap", DefaultParameterSetName = OfName)]
[OutputType(typeof(KernelMap))]
public sealed class GetEbpfMapCommand : EbpfCommand
{
    private const string OfName = "Name";
    private const string OfId = "Id";
    private const string OfProgram = "Program";

    [Parameter(Position = 0, ParameterSetName = OfName)]
    [Parameter(Position = 0, ParameterSetName = OfProgram)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KernelMapCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Mandatory = true, ParameterSetName = OfId)]
    public uint[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfProgram), ValidateNotNull]
    public PSObject? Program { get; set; }

    [Parameter(ParameterSetName = OfName)]
    [Parameter(ParameterSetName = OfProgram)]
    [ArgumentCompleter(typeof(MapTypeCompleter))]
    public MapType[]? Type { get; set; }

    protected override object? ErrorTarget => Program;

    protected override void Process()
    {
        if (ParameterSetName == OfId)
        {
            foreach (var id in Id) WriteOrReport(KernelMap.Find(id), id);
            return;
        }

        var names = new NameFilter(Name);
        var maps = ParameterSetName == OfProgram ? ProgramList.MapsOf(Program!.BaseObject) : KernelMap.All();
        foreach (var map in maps)
        {
            Cancellation.ThrowIfCancellationRequested();
            if (names.Takes(map.Name) && (Type is null || Type.Contains(map.Type))) WriteObject(map);
        }

        foreach (var name in names.Missing)
            WriteError(Errors.NotFound("MapNotFound", $"There is no map '{name}' in the kernel.", name));
    }

    private void WriteOrReport(KernelMap? map, uint id)
    {
        if (map is not null) WriteObject(map);
        else WriteError(Errors.NotFound("MapNotFound", $"There is no map with the id {id} in the kernel.", id));
    }
}
