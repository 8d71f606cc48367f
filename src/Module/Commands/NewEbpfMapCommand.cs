namespace EbpfCat.Commands;

/// <summary>Makes a map in the kernel, on its own.</summary>
[Cmdlet(VerbsCommon.New, "EbpfMap", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(LiveMap))]
public sealed class NewEbpfMapCommand : EbpfCommand
{
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true), ArgumentCompleter(typeof(MapTypeCompleter))]
    public MapType Type { get; set; }

    [Parameter, KernelType, ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Key { get; set; }

    [Parameter, KernelType, ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Value { get; set; }

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int MaxEntries { get; set; }

    [Parameter]
    public MapFlags Flags { get; set; }

    [Parameter, ValidateNotNull]
    public PSObject? InnerMap { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public string[]? Programs { get; set; }

    protected override bool EndsOnError => true;

    protected override object? ErrorTarget => Name;

    protected override void Process()
    {
        var map = new MapDeclaration(Name, Type, Key, Value, MaxEntries, Flags, InnerMap?.BaseObject, Programs).ToMap();
        if (ShouldProcess($"map '{Name}' ({Type})", "Make in the kernel")) WriteObject(LiveMap.Create(map));
    }
}
