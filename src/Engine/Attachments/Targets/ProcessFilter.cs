namespace EbpfCat.Attachments;

/// <summary>A condition on the current process, in the kernel: see <see cref="ProcessTargets"/>.</summary>
[SupportedOSPlatform("linux")]
public sealed class ProcessFilter : IDisposable
{
    // More ids are looked up in a map.
    private const int MaxComparedIds = 8;
    private const int MaxNameLength = 15; // TASK_COMM_LEN with its NUL

    private readonly Dictionary<Map, Action<LiveMap>> _maps = [];
    private readonly Dictionary<string, LiveMap> _live = [];
    private readonly ProcessTree? _tree;
    private readonly Expression? _byId;
    private Expression? _byOthers;

    internal ProcessFilter(ProcessTargets targets)
    {
        _byId = OneOf(".processes", [.. targets.ProcessIds], Current.ProcessId);
        And(Any(targets.UserIds.Concat(targets.UserNames.Select(Users.Find)).Select(id => Current.UserId == id)));
        And(Any(targets.ProcessNames.Select(HasName)));
        And(InGroups(".services", targets.Services.SelectMany(Services.Find)));
        And(InGroups(".containers", targets.Containers.SelectMany(name => Containers.Current.Find(name))));
        if (targets.ProcessTrees.Count > 0)
        {
            _tree = new ProcessTree(targets.ProcessTrees);
            _maps.Add(ProcessTree.Map, _tree.Start);
            And(ProcessTree.Contains);
        }

        if (targets.ExceptThread != 0) And(Current.ThreadId != targets.ExceptThread);
    }

    /// <summary>The condition, for a program that declares <see cref="Maps"/>; null if all processes match.</summary>
    public Expression? Condition => Both(_byId, _byOthers);

    /// <summary>The maps that the condition asks.</summary>
    public IEnumerable<Map> Maps => _maps.Keys;

    /// <summary>Whether it matches only as long as this process runs: it follows new processes.</summary>
    public bool NeedsThisProcess => _tree is not null;

    /// <summary>Adds the condition to a program: where it is false, the program does nothing.</summary>
    /// <param name="definition">The program. It stays as it is.</param>
    /// <param name="isSelectedByHook">Whether the hook selects the process by id, so that the program need not.</param>
    /// <returns>A copy of the program.</returns>
    public ProgramDefinition Apply(ProgramDefinition definition, bool isSelectedByHook = false)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var copy = definition.Copy();
        foreach (var map in Maps) copy.AddMap(map);
        if ((isSelectedByHook ? _byOthers : Condition) is { } condition)
            copy.Prepend(new IfStatement(!condition, [new ReturnStatement()]));
        return copy;
    }

    /// <summary>Creates and fills the maps, and starts to follow new processes.</summary>
    /// <param name="options">How the program is loaded, beyond these maps.</param>
    /// <returns>The options that a program with the condition is loaded with.</returns>
    /// <exception cref="UnknownNameException">A process has ended.</exception>
    /// <exception cref="KernelException">EPERM, EACCES: no privilege. ENOENT: a control group is gone.</exception>
    public LoadOptions Start(LoadOptions? options = null)
    {
        foreach (var (map, fill) in _maps)
        {
            if (_live.ContainsKey(map.Name)) continue;
            var live = LiveMap.Create(map);
            _live.Add(map.Name, live);
            fill(live);
        }

        options ??= new LoadOptions();
        return options with { SharedMaps = _live.Concat(options.SharedMaps).ToDictionary() };
    }

    /// <summary>Stops following new processes, and closes the maps.</summary>
    public void Dispose()
    {
        _tree?.Dispose();
        foreach (var map in _live.Values) map.Dispose();
    }

    private void And(Expression? condition) => _byOthers = Both(_byOthers, condition);

    private static Expression? Both(Expression? a, Expression? b) => a is null ? b : b is null ? a : a.And(b);

    private static Expression? Any(IEnumerable<Expression> conditions) =>
        conditions.Aggregate((Expression?)null, (all, one) => all is null ? one : all.Or(one));

    private Expression? OneOf(string name, int[] ids, Expression value)
    {
        if (ids.Length <= MaxComparedIds) return Any(ids.Select(id => value == id));
        var map = new Map(name, MapType.Hash, ScalarType.UInt32, ScalarType.UInt8, ids.Length);
        _maps.Add(map, live => live.SetMany(ids.Distinct().Select(id => new MapEntry((uint)id, (byte)1))));
        return map.Contains(value);
    }

    // A group contains those below it.
    private Expression? InGroups(string name, IEnumerable<string> directories)
    {
        string[] groups = [.. directories.Distinct()];
        if (groups.Length == 0) return null;
        var map = new Map(name, MapType.CgroupArray, ScalarType.UInt32, ScalarType.UInt32, groups.Length);
        _maps.Add(map, live =>
        {
            foreach (var (index, directory) in groups.Index())
            {
                using var group = ControlGroups.Open(directory, $"trace the control group '{directory}'");
                using var borrowed = group.Borrow();
                live.Set((uint)index, (uint)borrowed.Number);
            }
        });
        return Any(groups.Select((_, index) => Expression.CallHelper("current_task_under_cgroup", map, index) == 1));
    }

    private static BinaryExpression HasName(string name)
    {
        var isPrefix = name.EndsWith('*');
        var text = isPrefix ? name[..^1] : name;
        if (text.AsSpan().ContainsAny('*', '?', '['))
        {
            throw new ArgumentException(
                $"'{name}' is no name the kernel can compare: give a whole name, or a prefix followed by *.");
        }

        if (text.Length > MaxNameLength) text = text[..MaxNameLength];
        return new BinaryExpression(
            isPrefix ? BinaryOperator.StartsWith : BinaryOperator.Equal, Current.ProcessName, text);
    }
}
