using System.Collections;

namespace EbpfCat.Commands;

/// <summary>The base of commands on values of maps and variables: finds the map or variable.</summary>
public abstract class MapValueCommand : EbpfCommand
{
    private protected const string OfObject = "Object";
    private protected const string OfPath = "Path";
    private protected const string OfId = "Id";

    private readonly List<IDisposable> _opened = [];
    private (object? From, object? Found) _last;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfObject), ValidateNotNull]
    public PSObject? InputObject { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfPath), ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfId)]
    public uint Id { get; set; }

    [Parameter(Position = 0), ArgumentCompleter(typeof(SharedNameCompleter)), ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    protected override object? ErrorTarget => Name ?? InputObject ?? (object?)Path ?? Id;

    protected override void Dispose(bool disposing)
    {
        if (disposing) _opened.ForEach(opened => opened.Dispose());
        base.Dispose(disposing);
    }

    /// <summary>The map of the stacks that keys and values refer to, of the object found last.</summary>
    private protected LiveMap? Stacks { get; private set; }

    /// <summary>The variable or map meant: a LiveVariable, a LiveMap, or, if unnamed among several, a Shared.</summary>
    /// <returns>Null where there is none, which is then reported.</returns>
    internal object? Find()
    {
        var from = ParameterSetName switch { OfPath => Path, OfId => Id, _ => InputObject!.BaseObject };
        // Entries come by the thousand, all for one map.
        if (Equals(from, _last.From) && _last.Found is not null) return _last.Found;
        var found = Choose(Shared.Of(ParameterSetName switch
        {
            OfPath => Opened(Shared.Open(Path!)),
            OfId => Opened(LiveMap.FromId(Id)),
            _ => Shared.Open(from) is { } opened ? Opened(opened) : from,
        }));
        _last = (from, found);
        return found;
    }

    /// <summary>The map meant; a variable is none, which is then reported.</summary>
    internal LiveMap? FindMap(string verb)
    {
        var found = Find();
        if (found is null or LiveMap) return (LiveMap?)found;
        var what = found is LiveVariable variable
            ? $"'{variable.Name}' is a variable: it has no entries to {verb}." : "Which map?";
        throw new ArgumentException(what + (found is Shared { Maps.Count: > 0 } shared
            ? $" Give its -Name: {string.Join(", ", shared.Maps.Keys)}." : ""));
    }

    /// <summary>
    /// The keys that an argument gives: an array is a list of keys, unless the keys of the map are arrays themselves.
    /// </summary>
    private protected static IEnumerable<object> KeysOf(LiveMap map, object key)
    {
        var given = SessionValue.Unwrap(key)!;
        var isList = given is object?[] items && (map.KeyType is not (ArrayType or BytesType or StructType)
            || items is [IDictionary or object?[], ..]);
        return isList
            ? ((object?[])given).Select(item => item ?? throw new ArgumentException("A key is null.")) : [given];
    }

    /// <summary>
    /// The key that was given. An object of the pipeline that is the map or its program is no key, though PowerShell
    /// binds it to both parameters.
    /// </summary>
    private protected object? KeyFrom(object? given) => ParameterSetName == OfObject && given is not null
        && ReferenceEquals(PSObject.AsPSObject(given).BaseObject, InputObject!.BaseObject) ? null : given;

    /// <summary>An entry as PowerShell shows it.</summary>
    private protected MapEntry Wrapped(LiveMap map, MapEntry entry) =>
        map.KeyType is StructType or StackType or FunctionType || map.ValueType is StructType or ArrayType or StackType
            ? new MapEntry(Values.Wrap(entry.Key, Stacks), Values.Wrap(entry.Value, Stacks)) : entry;

    private object? Choose(Shared shared)
    {
        Stacks = shared.Stacks;
        if (Name is null) return shared.Single ?? shared;
        if (shared.Variables.TryGetValue(Name, out var variable)) return variable;
        if (shared.Maps.TryGetValue(Name, out var map)) return map;
        string[] names = [.. shared.Variables.Keys, .. shared.Maps.Keys.Where(name => name[0] != '.')];
        var advice = SimilarNames.Sentence(Name, names) ?? (names.Length == 0 ? "It shares nothing." : null);
        Report(Errors.NotFound("NameNotFound", $"{shared.Owner} has no variable or map '{Name}'. {advice}".TrimEnd(),
            Name));
        return null;
    }

    private IDisposable Opened(IDisposable opened)
    {
        _opened.Add(opened);
        return opened;
    }
}
