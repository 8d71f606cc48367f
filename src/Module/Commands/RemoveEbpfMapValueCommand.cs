namespace EbpfCat.Commands;

/// <summary>Removes entries of a map, and takes the next value out of a queue or stack.</summary>
[Cmdlet(VerbsCommon.Remove, "EbpfMapValue", DefaultParameterSetName = "Object", SupportsShouldProcess = true)]
[OutputType(typeof(void), typeof(MapEntry), typeof(PSObject))]
public sealed class RemoveEbpfMapValueCommand : MapValueCommand
{
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), ValidateNotNull]
    public object? Key { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        if (FindMap("remove") is not { } map) return;
        if (map.Type is MapType.Array or MapType.PerCpuArray)
        {
            throw new NotSupportedException(
                $"The map '{map.Name}' is an {map.Type}: its entries stay. Set them to zero: Set-EbpfMapValue.");
        }

        if (map.KeyType is null)
        {
            Pop(map);
            return;
        }

        if (KeyFrom(Key) is not { } given)
        {
            throw new ArgumentException(
                $"The map '{map.Name}' has keys: say which with -Key. Clear-EbpfMap removes all entries.");
        }

        foreach (var key in KeysOf(map, EntryKey.Of(given)))
        {
            if (ShouldProcess($"map '{map.Name}'", $"Remove {Values.Text(key)}")) Remove(map, key);
        }
    }

    private void Pop(LiveMap queue)
    {
        if (ShouldProcess($"map '{queue.Name}'", "Take the next value out") && queue.Pop(out var value) && PassThru)
            WriteObject(Values.Wrap(value, Stacks));
    }

    private void Remove(LiveMap map, object key)
    {
        var removed = PassThru ? map.Take(key) : null;
        if (PassThru ? removed is null : !map.Remove(key))
            Report(Errors.NotFound("KeyNotFound", $"The map '{map.Name}' has no key {Values.Text(key)}.", key));
        else if (removed is not null)
            WriteObject(Wrapped(map, removed));
    }
}
