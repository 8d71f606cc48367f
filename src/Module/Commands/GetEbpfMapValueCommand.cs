namespace EbpfCat.Commands;

/// <summary>Reads variables and maps.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfMapValue", DefaultParameterSetName = "Object")]
[OutputType(typeof(MapEntry), typeof(SharedValue), typeof(PSObject))]
public sealed class GetEbpfMapValueCommand : MapValueCommand
{
    [Parameter, ValidateNotNull]
    public object? Key { get; set; }

    protected override void Process()
    {
        if (Key is not null)
        {
            if (FindMap("look up") is not { } keyed) return;
            FullMaps.Warn(WriteWarning, [keyed]);
            foreach (var key in KeysOf(keyed, Key)) WriteOne(keyed, key);
            return;
        }

        switch (Find())
        {
            case LiveVariable variable:
                Write(variable.Value, variable.Map.IsPerCpu);
                break;
            case LiveMap { KeyType: null, ValueType: not null } queue when queue.Type is MapType.Queue or MapType.Stack:
                if (queue.Peek(out var next)) Write(next, isPerCpu: false);
                break;
            case LiveMap map:
                FullMaps.Warn(WriteWarning, [map]);
                foreach (var entry in Entries(map)) WriteObject(map.ValueType is HistogramType ? Drawn(entry) : entry);
                break;
            case Shared shared:
                foreach (var variable in shared.Variables.Values)
                {
                    WriteObject(new SharedValue(variable.Name, variable.Type.Name,
                        Values.Wrap(variable.Value, Stacks)));
                }

                FullMaps.Warn(WriteWarning, shared.Maps.Values);
                foreach (var map in shared.Maps.Values.Where(map => map is { KeyType: not null, ValueType: not null }))
                    WriteObject(new SharedValue(map.Name, $"{map.KeyType} to {map.ValueType}", Entries(map).ToArray()));
                break;
        }
    }

    private void WriteOne(LiveMap map, object key)
    {
        try
        {
            Write(map.Get(key), map.IsPerCpu);
        }
        catch (MapKeyNotFoundException exception)
        {
            Report(Errors.Describe(exception, key)!);
        }
    }

    // The values of the processors go one by one, as other cmdlets' arrays do: ready to be added up.
    private void Write(object? value, bool isPerCpu) =>
        WriteObject(Values.Wrap(value, Stacks), enumerateCollection: isPerCpu);

    // A histogram is shown as one, and not as a line in a table.
    private static PSObject Drawn(MapEntry entry)
    {
        var shown = PSObject.AsPSObject(entry);
        shown.TypeNames.Insert(0, $"{typeof(MapEntry).FullName}#{nameof(Histogram)}");
        return shown;
    }

    private IEnumerable<MapEntry> Entries(LiveMap map)
    {
        foreach (var entry in map.Entries())
        {
            Cancellation.ThrowIfCancellationRequested();
            yield return Wrapped(map, entry);
        }
    }
}
