namespace EbpfCat.Commands;

/// <summary>Declares a map of a program: a new one, or one there is, which several programs then share.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfMap", DefaultParameterSetName = New)]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfMapCommand : DefinitionCommand
{
    private const string New = "New";
    private const string OfMap = "Map";
    private const string OfPath = "Path";
    private const string OfId = "Id";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = New)]
    [Parameter(Position = 0, ParameterSetName = OfMap)]
    [Parameter(Position = 0, ParameterSetName = OfPath)]
    [Parameter(Position = 0, ParameterSetName = OfId)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = New), ArgumentCompleter(typeof(MapTypeCompleter))]
    public MapType Type { get; set; }

    [Parameter(ParameterSetName = New)]
    [Parameter(ParameterSetName = OfPath)]
    [Parameter(ParameterSetName = OfId)]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Key { get; set; }

    [Parameter(ParameterSetName = New)]
    [Parameter(ParameterSetName = OfPath)]
    [Parameter(ParameterSetName = OfId)]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Value { get; set; }

    [Parameter(ParameterSetName = New), ValidateRange(1, int.MaxValue)]
    public int MaxEntries { get; set; }

    [Parameter(ParameterSetName = New)]
    public MapFlags Flags { get; set; }

    [Parameter(ParameterSetName = New), ValidateNotNull]
    public PSObject? InnerMap { get; set; }

    [Parameter(ParameterSetName = New), ValidateNotNullOrEmpty]
    public string[]? Programs { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfMap), ValidateNotNull]
    public PSObject? Map { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPath), ArgumentCompleter(typeof(PinPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfId)]
    public uint Id { get; set; }

    protected override void Add()
    {
        var map = ParameterSetName switch
        {
            OfMap => MapDeclaration.Existing(Map!.BaseObject, Name),
            OfPath => Typed(LiveMap.Open(Path!)),
            OfId => Typed(LiveMap.FromId(Id)),
            _ => new MapDeclaration(Name!, Type, Key, Value, MaxEntries, Flags, InnerMap?.BaseObject, Programs).ToMap(),
        };
        RequireFree(map.Name);
        Program.AddMap(map);
    }

    // What has no types in the kernel can be given them here; loading checks their sizes.
    private Language.Map Typed(LiveMap map)
    {
        var definition = map.ToDefinition(Name);
        return definition with { Key = Key ?? definition.Key, Value = Value ?? definition.Value };
    }
}
