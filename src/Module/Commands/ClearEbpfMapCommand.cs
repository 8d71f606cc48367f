namespace EbpfCat.Commands;

/// <summary>Removes all entries of a map; sets those of an array to zero.</summary>
[Cmdlet(VerbsCommon.Clear, "EbpfMap", DefaultParameterSetName = "Object", SupportsShouldProcess = true)]
public sealed class ClearEbpfMapCommand : MapValueCommand
{
    protected override void Process()
    {
        if (FindMap("remove") is not { } map) return;
        if (ShouldProcess($"map '{map.Name}'", "Remove all entries")) map.Clear();
    }
}
