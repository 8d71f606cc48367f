namespace EbpfCat.Binding;

/// <summary>The state that the binders of one program share.</summary>
internal sealed class BindingContext
{
    private readonly Dictionary<Local, BoundLocal> _locals = [];
    private HashSet<Local>? _rawLocals;
    private HashSet<Local>? _untypedLocals;
    private HashSet<Local>? _pointers;

    public BindingContext(ProgramDefinition definition, ITracedEvent? traced, ITracedEvent? currentTask,
        IReadOnlyList<ProgramDefinition> group, int index)
    {
        (Definition, Traced, CurrentTask) = (definition, traced, currentTask);
        Info = ProgramTypes.Get(definition.Type);
        AllExpressions = [.. StatementWalker.Expressions(definition)];
        Typer = new Typer(traced, VerdictNames.Find(definition, AllExpressions), currentTask);
        if (Info.Packet != PacketAccess.None)
        {
            Typer.MissingEvent = new Diagnostic(DiagnosticIds.NoEvent,
                $"A program of type {definition.Type} has no event.", null,
                "It is run for packets: ask for the packet.");
        }

        Typer.Pointers = new PointerTypes(definition, Typer);
        LocalInference.Run(definition, Typer);
        Typer.Diagnostics = Diagnostics;
        Resources = new ProgramResources(definition, group.Count > 0 ? group : [definition], index, Diagnostics);
        Addresses = new AddressKinds(this);
        Conversions = new Conversions(this);
        Expressions = new ExpressionBinder(this);
        Statements = new StatementBinder(this);
    }

    public ProgramDefinition Definition { get; }

    /// <summary>All expressions of the program and its functions.</summary>
    public IReadOnlyList<Expression> AllExpressions { get; }

    public ProgramTypeInfo Info { get; }
    public ITracedEvent? Traced { get; }

    /// <summary>The current task; null where its fields are not known.</summary>
    public ITracedEvent? CurrentTask { get; }

    /// <summary>The PID namespace that ids of processes are of; null for the initial one.</summary>
    public PidNamespace? PidNamespace { get; init; }

    public DiagnosticBag Diagnostics { get; } = new();
    public Typer Typer { get; }
    public ProgramResources Resources { get; }
    public AddressKinds Addresses { get; }
    public Conversions Conversions { get; }
    public ExpressionBinder Expressions { get; }
    public StatementBinder Statements { get; }

    /// <summary>
    /// Whether comparisons that are never true or never false cause a warning: not in a program that code has written,
    /// whose constants may be arguments of that code.
    /// </summary>
    public bool ReportsDecidedComparisons { get; init; }

    /// <summary>Calls that may write to memory, met so far in the expressions of the statement.</summary>
    public int CallCount { get; set; }

    /// <summary>Statements and calls that may write to the packet or move it, met so far.</summary>
    public int PacketChangeCount { get; set; }

    /// <summary>Labels met so far.</summary>
    public int LabelCount { get; set; }

    /// <summary>The values of locals that hold a value to be compared several times.</summary>
    public Dictionary<Local, Expression> ComparedValues { get; } = [];

    public HeaderPresence Presence { get; } = new();

    /// <summary>The function whose body is bound; null in the program's own.</summary>
    public Function? Function { get; set; }

    public BoundLocal Local(Local local)
    {
        if (!_locals.TryGetValue(local, out var bound))
        {
            // A local that is never assigned is zero.
            _locals[local] = bound = new BoundLocal(local.Name, Typer.TypeOf(local) ?? ScalarType.Int64);
        }

        return bound;
    }

    /// <summary>
    /// Whether a number is bytes of the packet in the processor's order, also by way of a local that gets only such.
    /// </summary>
    public bool IsReadRaw(Expression number) => number switch
    {
        PacketReadExpression read => IsRaw(read.Type),
        PacketVariableExpression { Variable: var variable } => IsRaw(variable.Type),
        CastExpression { Type: ScalarType { IsFixed: false, IsBoolean: false } } cast => IsReadRaw(cast.Operand),
        LocalExpression local => IsAmong(ref _rawLocals, local.Local, IsReadRaw),
        _ => false,
    };

    /// <summary>
    /// Whether a number is a register whose type is unknown (<see cref="EventAccess.IsUntyped"/>), also by way of a
    /// local that gets only such.
    /// </summary>
    public bool IsUntyped(Expression number) => number is LocalExpression { Local: { Type: null } local }
        ? IsAmong(ref _untypedLocals, local, IsUntyped)
        : Expressions.AccessOf(number) is { IsUntyped: true };

    /// <summary>Whether a number may be a pointer of the kernel, also by way of locals.</summary>
    public bool IsPointer(Expression number) => number switch
    {
        HelperCallExpression call => Bytecode.HelperTable.Find(call.Name)?.Result
            is null or Bytecode.HelperResult.Pointer or Bytecode.HelperResult.PointerOrNull,
        ContextExpression or MapReferenceExpression => true,
        EventFieldExpression { IsOfContext: true, Path: [var field] } =>
            field is "data" or "data_end" or "data_meta",
        CastExpression cast => IsPointer(cast.Operand),
        BinaryExpression { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum =>
            IsPointer(sum.Left) || IsPointer(sum.Right),
        ConditionalExpression choice => IsPointer(choice.WhenTrue) || IsPointer(choice.WhenFalse),
        LocalExpression local => (_pointers ?? Pointers()).Contains(local.Local),
        _ => false,
    };

    private HashSet<Local> Pointers()
    {
        _pointers = [];
        var assignments = StatementWalker.Assignments(Definition).ToList();
        bool grows;
        do
        {
            grows = false;
            foreach (var (local, value, _) in assignments) grows |= IsPointer(value) && _pointers.Add(local);
        }
        while (grows);

        return _pointers;
    }

    private static bool IsRaw(EbpfType type) =>
        type is ScalarType { Bits: > 8, BitCount: 0, ByteOrder: ByteOrder.Native };

    // Whether a local is assigned only such values; by way of another local, it is not.
    private bool IsAmong(ref HashSet<Local>? known, Local local, Func<Expression, bool> isSuch)
    {
        if (known is null)
        {
            known = [];
            known = StatementWalker.Assignments(Definition).ToLookup(assignment => assignment.Local)
                .Where(all => all.All(each => each.Operator is null && isSuch(each.Value)))
                .Select(all => all.Key).ToHashSet();
        }

        return known.Contains(local);
    }

    /// <summary>The first assignment to an inferred local of a value that is of another type.</summary>
    public (EbpfType Type, SourceSpan? Source)? FindOther(BoundLocal bound, EbpfType type)
    {
        foreach (var (local, value, _) in StatementWalker.Assignments(Definition))
        {
            if (local.Type is null && Local(local) == bound && Typer.TypeOf(value) is { } other && other != type)
                return (other, value.Source);
        }

        return null;
    }

    /// <summary>Reports an error.</summary>
    /// <returns>What stands for the expression with the error.</returns>
    public BoundError Error(string id, string problem, SourceSpan? source, string? suggestion = null)
    {
        Diagnostics.Report(id, problem, source, suggestion);
        return new BoundError(source);
    }

    /// <summary>The value of a verdict by name or number; null for none, or for a wrong name (an error).</summary>
    public long? Verdict(object? action, SourceSpan? source)
    {
        if (action is null) return null;
        if (Info.ValueOf(action) is { } value) return value;
        var name = action is Enum ? $"{action.GetType().Name}.{action}" : $"{action}";
        Diagnostics.Report(DiagnosticIds.UnknownVerdict, $"'{name}' is not a verdict of {Definition.Type} programs.",
            source,
            Info.Verdicts.Count == 0
                ? "Programs of this type give a number."
                : SimilarNames.Sentence(name, [.. Info.Verdicts.Keys]));
        return null;
    }

    /// <summary>Reports that there is no packet, where there is none.</summary>
    public bool RequirePacket(SourceSpan? source)
    {
        if (Info.Packet != PacketAccess.None) return true;
        Diagnostics.Report(DiagnosticIds.NoPacket, $"A program of type {Definition.Type} has no packet.", source,
            "XDP, Tc and SocketFilter programs have.");
        return false;
    }
}
