namespace EbpfCat.Commands;

/// <summary>Removes entries of a map.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfMapValue", DefaultParameterSetName = "Object", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveEbpfMapValueCommand : MapValueCommand
{
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true), ValidateNotNull]
    public object Key { get; set; } = null!;

    protected override void Process()
    {
        if (FindMap("remove") is not { } map) return;
        if (map.Type is MapType.Array or MapType.PerCpuArray)
        {
            throw new NotSupportedException(
                $"The map '{map.Name}' is an {map.Type}: its entries stay. Set them to zero: Set-EbpfMapValue.");
        }

        var key = SessionValue.Unwrap(Key)!;
        if (!ShouldProcess($"map '{map.Name}'", $"Remove {Values.Text(key)}")) return;
        if (!map.Remove(key))
            Report(Errors.NotFound("KeyNotFound", $"The map '{map.Name}' has no key {Values.Text(key)}.", Key));
    }
}
