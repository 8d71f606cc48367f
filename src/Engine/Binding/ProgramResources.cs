namespace EbpfCat.Binding;

/// <summary>The maps of a program, with those of its variables and events, and where each variable is.</summary>
internal sealed class ProgramResources
{
    private const int StackDepth = 127; // PERF_MAX_STACK_DEPTH
    // Each takes 1 KiB at once.
    private const int MaxStacks = 16384;
    private const int MaxKeptStacks = 65536;
    private const int MaxProcessors = 1024;

    /// <summary>A record begins with the number of its kind in 8 bytes, so that the rest stays aligned.</summary>
    public const int RecordHeader = 8;
    /// <summary>The maximum number of zeros on the stack, which has 512 bytes.</summary>
    public const int MaxZerosOnStack = 128;

    private readonly List<Map> _maps = [];
    private readonly Dictionary<Variable, VariableLocation> _variables = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Map, int> _indexes = [];
    private readonly List<StructType> _records = [];
    private readonly Dictionary<StructType, int> _recordNumbers = [];
    private readonly bool _mayBePreempted;
    private readonly SortedDictionary<int, Variable> _fullCounts = [];
    private readonly Variable? _lost;
    private readonly Variable? _zeros;
    private readonly int _index;

    /// <summary>Makes the list of a program's maps.</summary>
    /// <param name="group">The programs that share all maps, this one among them; else it alone.</param>
    /// <param name="index">The index of the program among those that share the buffer of their output.</param>
    public ProgramResources(
        ProgramDefinition program, IReadOnlyList<ProgramDefinition> group, int index, DiagnosticBag diagnostics)
    {
        _index = index;
        IReadOnlyList<Expression> expressions = [.. group.SelectMany(StatementWalker.Expressions)];
        _maps.AddRange(program.Maps);
        _mayBePreempted = MayBePreempted(program);
        for (var i = 0; i < _maps.Count; i++) _indexes.TryAdd(_maps[i], i);
        var variables = new List<Variable>(program.Variables);
        if (group.SelectMany(StatementWalker.All).Any(s => s is OutputStatement))
        {
            _lost = new Variable(".lost", ScalarType.UInt64);
            variables.Add(_lost);
        }

        var largest = program.Maps.Select(m => Math.Max(m.Value?.Size ?? 0, m.InnerMap?.Value?.Size ?? 0))
            .DefaultIfEmpty().Max();
        if (largest > MaxZerosOnStack && expressions.Any(e => e is MapEntryExpression or InnerEntryExpression))
        {
            _zeros = new Variable(".zeros", new BytesType(largest));
            variables.Add(_zeros);
        }

        var inserted = InsertedMaps([.. group.SelectMany(StatementWalker.All)], expressions);
        foreach (var (map, i) in _indexes.Where(one => CanBeFull(one.Key) && inserted.Contains(one.Key)))
        {
            var count = new Variable($".full.{map.Name}", ScalarType.UInt64);
            _fullCounts.Add(i, count);
            variables.Add(count);
        }

        Place(variables, VariableStorage.Array, ".data", MapType.Array, MapFlags.Mappable);
        Place(variables, VariableStorage.PerCpu, ".percpu", MapType.PerCpuArray, 0);
        PlaceInHash(variables, diagnostics);
        if (expressions.Any(e =>
            e is SystemValueExpression { Value: SystemValue.KernelStack or SystemValue.UserStack }))
        {
            StackMap = _maps.Count;
            KeepsStacks = program.Maps.Any(HoldsStacks) || program.Variables.Any(one => HasStack(one.Type));
            _maps.Add(new Map(".stacks", MapType.StackTrace, ScalarType.UInt32, new BytesType(StackDepth * 8),
                KeepsStacks ? MaxKeptStacks : MaxStacks));
        }

        if (_lost is not null)
        {
            EventMap = _maps.Count;
            if (program.Buffer == EventBuffer.RingBuffer)
            {
                _maps.Add(new Map(".events", MapType.RingBuffer, null, null, BufferBytes(program.BufferSize)));
            }
            else
            {
                _maps.Add(new Map(".events", MapType.PerfEventArray, ScalarType.UInt32, ScalarType.UInt32, 0));
                ScratchMap = _maps.Count;
                AddScratch(RecordHeader);
            }
        }
    }

    public IReadOnlyList<Map> Maps => _maps;

    /// <summary>The map that holds stack traces; null where the program takes none.</summary>
    public int? StackMap { get; }

    /// <summary>Whether maps or variables can hold stacks, so that these must stay in the map of stacks.</summary>
    public bool KeepsStacks { get; }

    public IReadOnlyList<VariableLocation> Variables =>
        _variables.Values.Where(l => l.Variable.Name[0] != '.').ToArray();

    public int? EventMap { get; }

    /// <summary>The map for records that are copied into the buffer; null if all are written in place.</summary>
    public int? ScratchMap { get; private set; }

    /// <summary>
    /// The map that has an entry for each processor on which the program uses <see cref="ScratchMap"/>; null if no
    /// other run of the program can begin on the processor meanwhile.
    /// </summary>
    public int? ScratchLockMap { get; private set; }

    /// <summary>Zeros to insert into maps, as many as the largest value has; null if they fit the stack.</summary>
    public VariableLocation? Zeros => _zeros is null ? null : _variables[_zeros];

    /// <summary>The counts of updates that found a map full, by the index of the map.</summary>
    public IReadOnlyList<(int Map, VariableLocation Count)> FullCounts =>
        [.. _fullCounts.Select(one => (one.Key, _variables[one.Value]))];

    /// <summary>The count of updates that found a map full; null where that is not counted.</summary>
    public VariableLocation? FullCount(int map) =>
        _fullCounts.TryGetValue(map, out var count) ? _variables[count] : null;

    public VariableLocation? Lost => _lost is null ? null : _variables[_lost];

    public EventLayout? Events => EventMap is { } map && Lost is { } lost
        ? new EventLayout(map, _records, lost.Map, lost.Offset) { Program = _index } : null;

    /// <summary>The number at the start of a kind of record: see <see cref="EventLayout.NumberOf"/>.</summary>
    public int RecordNumber(StructType record)
    {
        if (_recordNumbers.TryGetValue(record, out var number)) return number;
        _recordNumbers.Add(record, number = EventLayout.NumberOf(_index, _records.Count));
        _records.Add(record);
        if (ScratchMap is null && !record.HasTexts) return number;
        var size = RecordHeader + record.Size + OutputTexts.MaxTail(record);
        ScratchMap ??= _maps.Count;
        if (_maps.Count == ScratchMap || size > _maps[ScratchMap.Value].Value!.Size) AddScratch(size);
        if (ScratchLockMap is null && _mayBePreempted)
        {
            ScratchLockMap = _maps.Count;
            _maps.Add(new Map(".lock", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, MaxProcessors));
        }

        return number;
    }

    /// <summary>The index of a declared map; null where it is not part of the program.</summary>
    public int? IndexOf(Map map) => _indexes.TryGetValue(map, out var index) ? index : null;

    /// <summary>The location of a declared variable; null if it is not part of the program.</summary>
    public VariableLocation? Locate(Variable variable) => _variables.GetValueOrDefault(variable);

    // The kernel runs these with preemption disabled, or not while they already run on the processor
    // (kernel/trace/bpf_trace.c, kernel/bpf/trampoline.c); uprobes are of the same type as kprobes.
    private static bool MayBePreempted(ProgramDefinition program) => program.Type
        is not (ProgramType.Tracepoint or ProgramType.RawTracepoint or ProgramType.PerfEvent or ProgramType.Xdp
            or ProgramType.Tc or ProgramType.Tracing) || program.Hook == ProgramHook.Iterator;

    // Other kinds make room, or have an entry for each key; so does a hash for every value of a small key.
    private static bool CanBeFull(Map map) => map is
    {
        Type: MapType.Hash or MapType.PerCpuHash or MapType.LpmTrie, Key: { } key, MaxEntries: > 0,
    } && (key.Size > 2 || map.MaxEntries < 1 << (key.Size * 8));

    private static bool HoldsStacks(Map map) =>
        HasStack(map.Key) || HasStack(map.Value) || (map.InnerMap is { } inner && HoldsStacks(inner));

    private static bool HasStack(EbpfType? type) => type switch
    {
        StackType => true,
        StructType record => record.Fields.Any(field => HasStack(field.Type)),
        ArrayType array => HasStack(array.Element),
        _ => false,
    };

    // The maps that get entries by an assignment, or by a call whose result says nothing else.
    private static HashSet<Map> InsertedMaps(
        IReadOnlyList<Statement> statements, IReadOnlyList<Expression> expressions) =>
    [
        .. statements.OfType<AssignStatement>().Select(one => MapOf(one.Target)).OfType<Map>(),
        .. expressions.OfType<ObserveExpression>().Select(one => MapOf(one.Target)).OfType<Map>(),
        .. expressions.OfType<MapCallExpression>().Where(call => call.Operation == MapOperation.Set)
            .Select(call => call.Map),
    ];

    private static Map? MapOf(Expression target) => target switch
    {
        MapEntryExpression entry => entry.Map,
        FieldExpression field => MapOf(field.Target),
        IndexExpression index => MapOf(index.Target),
        _ => null,
    };

    // Its size follows the largest record, which is known only when all records are.
    private void AddScratch(int size)
    {
        if (_maps.Count > ScratchMap) _maps.RemoveAt(ScratchMap!.Value);
        _maps.Insert(ScratchMap!.Value,
            new Map(".record", MapType.PerCpuArray, ScalarType.UInt32, new BytesType(size), 1));
    }

    // The kernel wants a power of two, and whole pages.
    private static int BufferBytes(int size) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2(
        (uint)Math.Clamp(size == 0 ? ProgramDefinition.DefaultBufferSize : size, Environment.SystemPageSize, 1 << 30));

    private void Place(List<Variable> variables, VariableStorage storage, string name, MapType type, MapFlags flags)
    {
        var offset = 0;
        var map = _maps.Count;
        // Larger alignment first: no padding, and each variable aligned so that atomic operations are possible.
        foreach (var variable in variables.Where(v => v.Storage == storage).OrderByDescending(v => v.Type.Alignment))
        {
            var alignment = Math.Max(variable.Type.Alignment, variable.Type.Size >= 8 ? 8 : 1);
            offset = (offset + alignment - 1) & -alignment;
            _variables[variable] = new VariableLocation(variable, map, 0, offset);
            offset += variable.Type.Size;
        }

        if (offset > 0) _maps.Add(new Map(name, type, ScalarType.UInt32, new BytesType((offset + 7) & ~7), 1, flags));
    }

    private void PlaceInHash(List<Variable> variables, DiagnosticBag diagnostics)
    {
        var key = 0;
        foreach (var variable in variables.Where(v => v.Storage == VariableStorage.Hash))
        {
            if (variable.Type.Size > 8)
            {
                diagnostics.Report(DiagnosticIds.VariableTooLarge,
                    $"The variable '{variable.Name}' of type {variable.Type} does not fit: a hash-stored variable has "
                        + "at most 8 bytes.",
                    null, "Use the storage Array for it.");
            }

            _variables[variable] = new VariableLocation(variable, _maps.Count, key++, 0);
        }

        if (key > 0) _maps.Add(new Map(".hash", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, key));
    }
}
