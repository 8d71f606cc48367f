namespace EbpfCat.Commands;

/// <summary>Sets variables and entries of maps.</summary>
[Cmdlet(VerbsCommon.Set, "EbpfMapValue", DefaultParameterSetName = "Object", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class SetEbpfMapValueCommand : MapValueCommand
{
    // As many as go into a few system calls, and not so many that Ctrl-C has to wait.
    private const int BatchSize = 16384;

    private readonly List<MapEntry> _batch = [];
    private LiveMap? _batchMap;
    private bool _approved;

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), ValidateNotNull]
    public object? Key { get; set; }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true), AllowNull]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Sync { get; set; }

    protected override void Process()
    {
        var found = Find();
        if (found is null) return;
        var given = KeyFrom(Key);
        var entry = given is null ? null : EntryKey.Find(given);
        var value = SessionValue.Unwrap(entry is { } whole ? whole.Value : Value);
        if (Sync && found is not (LiveMap { KeyType: not null } or Shared))
        {
            throw new NotSupportedException(
                "-Sync is for maps with keys: no variable, queue, stack or bloom filter is made what a list says.");
        }

        switch (found)
        {
            case LiveVariable variable:
                if (given is not null) throw new ArgumentException($"'{variable.Name}' is a variable: leave out -Key.");
                if (ShouldProcess($"variable '{variable.Name}'", $"Set to {Values.Text(value)}"))
                    variable.Value = value;
                break;
            case LiveMap { KeyType: null } queue:
                if (ShouldProcess($"map '{queue.Name}'", $"Push {Values.Text(value)}")) queue.Push(value);
                break;
            case LiveMap map:
                if (given is null) throw new ArgumentException($"The map '{map.Name}' has keys: say which with -Key.");
                foreach (var key in KeysOf(map, entry?.Key ?? given)) Add(map, new MapEntry(key, value));
                break;
            default:
                throw new ArgumentException("There are several variables and maps: say which with -Name.");
        }
    }

    protected override void Finish()
    {
        // A list without entries empties the map.
        if (Sync && _batchMap is null && ParameterSetName != OfObject && FindMap("set") is { } map
            && ShouldProcess($"map '{map.Name}'", "Make its entries those given: none"))
        {
            map.Synchronize([]);
        }

        Flush();
    }

    // Entries that come through the pipeline are set many at a time.
    private void Add(LiveMap map, MapEntry entry)
    {
        if (!ReferenceEquals(map, _batchMap))
        {
            Flush();
            var action = Sync ? "Make its entries those given" : MyInvocation.ExpectingInput
                ? "Set entries" : $"Set {Values.Text(entry.Key)} to {Values.Text(entry.Value)}";
            (_batchMap, _approved) = (map, ShouldProcess($"map '{map.Name}'", action));
        }

        if (!_approved) return;
        _batch.Add(entry);
        if (_batch.Count == BatchSize && !Sync) Flush();
    }

    private void Flush()
    {
        if (_batch.Count == 0) return;
        MapEntry[] entries = [.. _batch];
        _batch.Clear();
        if (Sync)
        {
            var (set, removed) = _batchMap!.Synchronize(entries);
            WriteVerbose($"Map '{_batchMap.Name}': {set} entries set, {removed} removed.");
            return;
        }

        try
        {
            if (entries.Length > 1)
            {
                _batchMap!.SetMany(entries);
                return;
            }
        }
        catch (Exception exception) when (Errors.Describe(exception, null) is not null)
        {
            // One by one tells which entries are refused, and sets the others.
        }

        foreach (var entry in entries)
        {
            Cancellation.ThrowIfCancellationRequested();
            try
            {
                _batchMap!.Set(entry.Key!, entry.Value);
            }
            catch (Exception exception) when (Errors.Describe(exception, entry) is { } error)
            {
                Report(error);
            }
        }
    }
}
