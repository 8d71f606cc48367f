using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Makes a map in the kernel, on its own.</summary>
[Cmdlet(VerbsCommon.New, "EbpfMap", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(LiveMap))]
public sealed class NewEbpfMapCommand : EbpfCommand
{
    /// <summary>The map's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    /// <summary>The map's kind.</summary>
    [Parameter(Mandatory = true)]
    [ArgumentCompleter(typeof(MapTypeCompleter))]
    public MapType Type { get; set; }

    /// <summary>The type of the keys; arrays take uint32 and need not be told.</summary>
    [Parameter]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Key { get; set; }

    /// <summary>The type of the values.</summary>
    [Parameter]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Value { get; set; }

    /// <summary>How many entries the map can hold; for a ring buffer its size in bytes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxEntries { get; set; }

    /// <summary>The kernel's flags for making the map.</summary>
    [Parameter]
    public MapFlags Flags { get; set; }

    /// <summary>Of a map of maps: a map that the inner ones are like.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? InnerMap { get; set; }

    /// <summary>Of a map of programs: their names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Programs { get; set; }

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name;

    /// <inheritdoc/>
    protected override void Process()
    {
        var map = new MapDeclaration(Name, Type, Key, Value, MaxEntries, Flags, InnerMap?.BaseObject, Programs).ToMap();
        if (ShouldProcess($"map '{Name}' ({Type})", "Make in the kernel")) WriteObject(LiveMap.Create(map));
    }
}
