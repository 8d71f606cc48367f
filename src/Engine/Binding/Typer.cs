namespace EbpfCat.Binding;

/// <summary>Determines the types of expressions: the rules of the language in one place.</summary>
/// <param name="traced">The event: <c>$event</c>.</param>
/// <param name="verdictNames">The texts that name verdicts.</param>
/// <param name="currentTask">The current task: <c>$process.Task</c>.</param>
internal sealed class Typer(ITracedEvent? traced = null, IReadOnlySet<Expression>? verdictNames = null,
    ITracedEvent? currentTask = null)
{
    /// <summary>The capacity in bytes of a text read through a pointer, if its author gives none.</summary>
    public const int DefaultTextCapacity = 128;

    private readonly Dictionary<Expression, EbpfType> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Local, EbpfType> _locals = [];
    private readonly Dictionary<Function, EbpfType> _returns = [];
    private readonly Dictionary<EventFieldExpression, EventAccess?> _accesses = [];
    private readonly HashSet<Function> _active = [];
    private bool _isComplete;

    private static readonly Diagnostic NoTarget = new(DiagnosticIds.NoTarget,
        "The event is known only in a program that is attached to something traced.", null,
        "Give the program its target.");

    private static readonly Diagnostic NoTask = new(DiagnosticIds.NotAvailable,
        "The fields of the current task are known only where the kernel has types of its own (BTF).", null);

    /// <summary>The error where the program asks for an event and has none.</summary>
    public Diagnostic MissingEvent { get; set; } = NoTarget;

    /// <summary>What the numbers of the program point to; null while that is found.</summary>
    public PointerTypes? Pointers { get; set; }

    /// <summary>The bag for errors; null while types are inferred, which repeats the same work.</summary>
    public DiagnosticBag? Diagnostics { get; set; }

    /// <summary>The type of an expression; null while it hangs on a local whose type is not known yet.</summary>
    public EbpfType? TypeOf(Expression expression)
    {
        // The type of an expression is needed by all those around it: without this cache the work would double with
        // every level.
        if (_known.TryGetValue(expression, out var known)) return known;
        var type = Find(expression);
        if (type is not null && _active.Count == 0) _known[expression] = type;
        return type;
    }

    public bool IsVerdict(ConstantExpression constant) =>
        constant.Value is string && verdictNames?.Contains(constant) == true;

    /// <summary>
    /// The type of a local: its author's, or else the inferred one. Null while none is known; once inference is
    /// complete, a local that is assigned nothing is an integer.
    /// </summary>
    public EbpfType? TypeOf(Local local) =>
        local.Type ?? _locals.GetValueOrDefault(local) ?? (_isComplete ? ScalarType.Int64 : null);

    public void SetType(Local local, EbpfType type) => _locals[local] = type;

    /// <summary>Drops the types of expressions and functions: they depend on those of locals, which changed.</summary>
    public void Forget()
    {
        _known.Clear();
        _returns.Clear();
    }

    public void Complete()
    {
        Forget();
        _isComplete = true;
    }

    private EbpfType? Find(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return IsVerdict(constant) ? ScalarType.Int64 : OfConstant(constant);
            case LocalExpression { Local: var local }:
                return TypeOf(local) is ScalarType number ? number.Plain : TypeOf(local);
            case VariableExpression variable: return Plain(variable.Variable.Type);
            case PacketVariableExpression packet: return Plain(packet.Variable.Type);
            case PacketReadExpression read: return Plain(read.Type);
            case HeaderFieldExpression field: return Plain(field.HeaderField.Type);
            case PacketLengthExpression: return ScalarType.UInt32;
            case HeaderExpression or MapContainsExpression or ObserveExpression: return ScalarType.Boolean;
            case MapEntryExpression entry: return Plain(entry.Map.Value);
            case InnerEntryExpression entry: return Plain(entry.Outer.InnerMap?.Value);
            case MapCallExpression call: return OfMapCall(call);
            case FieldExpression or IndexExpression when Pointers?.Split(expression) is { } part:
                return Pointers.AccessOf(expression, part) is { } reached ? Plain(reached.Type) : ErrorType.Instance;
            case FieldExpression field: return OfField(field);
            case IndexExpression index:
                return TypeOf(index.Target) is ErrorType error ? error : Plain(ElementOf(TypeOf(index.Target)));
            case StructExpression record: return OfStruct(record);
            case CastExpression cast: return Plain(cast.Type);
            case LetExpression let: return TypeOf(let.Body);
            case TextExpression text:
                return TypeOf(text.Operand) is StringType known ? known : new StringType(DefaultTextCapacity);
            case MemoryReadExpression read: return read.Type;
            case RememberedTextExpression text: return TypeOf(text.Copy);
            case ConditionalExpression conditional: return Join(conditional.WhenTrue, conditional.WhenFalse);
            case UnaryExpression unary: return OfUnary(unary);
            case BinaryExpression binary: return OfBinary(binary);
            case CallExpression call: return ReturnTypeOf(call.Function);
            case SystemValueExpression system:
                return system.Value == SystemValue.ReturnValue
                    ? Plain(traced?.Return?.Type) ?? ScalarType.Int64 : OfSystemValue(system.Value);
            case EventFieldExpression field:
                return AccessOf(field) is { } access ? Plain(access.Type) : ErrorType.Instance;
            case ContextExpression or MapReferenceExpression: return ScalarType.UInt64;
            case HelperCallExpression: return ScalarType.Int64;
            case ErrorExpression: return ErrorType.Instance;
            default: throw new UnreachableException(expression.GetType().Name);
        }
    }

    /// <summary>How a field of the event is reached; null where there is none, which is reported.</summary>
    public EventAccess? AccessOf(EventFieldExpression field)
    {
        if (_accesses.TryGetValue(field, out var access)) return access;
        try
        {
            var isTask = field.Path[0] == EventFieldExpression.CurrentTask;
            var missing = isTask ? NoTask : field.IsOfContext ? NoTarget : MissingEvent;
            access = missing.Id == DiagnosticIds.NoEvent ? null : (isTask ? currentTask : traced)?.Resolve(field);
            if (access is null) Diagnostics?.Add(missing with { Source = field.Source });
        }
        catch (CompileException error)
        {
            Diagnostics?.Add(error);
        }

        if (access is not null || Diagnostics is not null) _accesses[field] = access;
        return access;
    }

    /// <summary>The access to a value that is taken as it is from the event, or from behind a pointer.</summary>
    public EventAccess? EventAccessOf(Expression expression) => expression switch
    {
        EventFieldExpression field => AccessOf(field),
        SystemValueExpression { Value: SystemValue.ReturnValue } => traced?.Return,
        FieldExpression or IndexExpression when Pointers?.Split(expression) is { } part =>
            Pointers.AccessOf(expression, part),
        _ => null,
    };

    private ErrorType Error(string id, string problem, SourceSpan? source, string? suggestion = null)
    {
        Diagnostics?.Report(id, problem, source, suggestion);
        return ErrorType.Instance;
    }

    /// <summary>The sign that an operand of this type gives an operation.</summary>
    public Signedness SignOf(Expression expression) => Constants.Integer(expression) is not { } constant
        ? SignOf(TypeOf(expression))
        : constant < 0 ? Signedness.Negative : constant > long.MaxValue ? Signedness.Unsigned : Signedness.Any;

    private static Signedness SignOf(EbpfType? type) =>
        type is ScalarType { Bits: 64, IsSigned: false } ? Signedness.Unsigned : Signedness.Signed;

    public static Signedness Stronger(Signedness a, Signedness b) => a > b ? a : b;

    private static ScalarType Integer(Signedness a, Signedness b) =>
        Stronger(a, b) == Signedness.Unsigned ? ScalarType.UInt64 : ScalarType.Int64;

    /// <summary>The type that can hold both: what a local gets that is assigned both.</summary>
    public static EbpfType? Join(EbpfType? a, Signedness signOfA, EbpfType? b, Signedness signOfB)
    {
        if (b is ErrorType) return b;
        if (a is null) return Widen(b, signOfB);
        if (b is null) return Widen(a, signOfA);
        if (a is ScalarType x && b is ScalarType y)
        {
            if (x.IsBoolean && y.IsBoolean) return ScalarType.Boolean;
            return x.IsFixed || y.IsFixed ? ScalarType.Fixed : Integer(signOfA, signOfB);
        }

        if (a is AddressType { Kind: not AddressKind.Mac } && b is AddressType { Kind: not AddressKind.Mac } && a != b)
            return AddressType.IPAddress;
        if (a is StringType s && b is StringType t) return s.Capacity >= t.Capacity ? s : t;
        return a;
    }

    private EbpfType? Join(Expression a, Expression b) => Join(TypeOf(a), SignOf(a), TypeOf(b), SignOf(b));

    private static EbpfType? Widen(EbpfType? type, Signedness sign) =>
        type is ScalarType { IsBoolean: false, IsFixed: false } ? Integer(sign, sign) : type;

    /// <summary>The type of the elements of an array, or of the bytes of a text; null for other types.</summary>
    public static EbpfType? ElementOf(EbpfType? type) => type switch
    {
        ArrayType array => array.Element,
        BytesType or StringType => ScalarType.UInt8,
        _ => null,
    };

    /// <summary>Whether a field is the length of an array or text.</summary>
    public bool IsLength(FieldExpression field) => ElementOf(TypeOf(field.Target)) is not null
        && (FieldExpression.CountName.Equals(field.Name, StringComparison.OrdinalIgnoreCase)
            || "Length".Equals(field.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The type of a value read from storage: native byte order; of an enumeration its number.</summary>
    public static EbpfType? Plain(EbpfType? type) => type switch
    {
        ScalarType scalar => scalar.Plain,
        EnumType named => Plain(named.Underlying),
        InstantType => ScalarType.UInt64,
        DurationType => ScalarType.Int64,
        _ => type,
    };

    /// <summary>The type of a number outside if the program declares one; null where it stays a number.</summary>
    public EbpfType? ShownAs(Expression expression) => expression switch
    {
        CastExpression { Type: InstantType or DurationType } cast => cast.Type,
        _ => EnumerationOf(expression),
    };

    /// <summary>The enumeration of a value that is taken from the event as it is; null for any other.</summary>
    public EnumType? EnumerationOf(Expression expression) => expression switch
    {
        CastExpression { Type: EnumType named } => named,
        _ => EventAccessOf(expression)?.Type as EnumType,
    };

    private EbpfType OfConstant(ConstantExpression constant) => constant.Value switch
    {
        ulong => ScalarType.UInt64,
        decimal number when Math.Abs(number) > long.MaxValue / ScalarType.FixedScale =>
        Error(DiagnosticIds.NumberOutOfRange,
            $"{number} is no fixed-point number: these go up to {long.MaxValue / ScalarType.FixedScale}.",
            constant.Source),
        decimal => ScalarType.Fixed,
        bool => ScalarType.Boolean,
        string text => new StringType(System.Text.Encoding.UTF8.GetByteCount(text) + 1),
        System.Net.IPAddress { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } => AddressType.IPv4,
        System.Net.IPAddress => AddressType.IPv6,
        System.Net.NetworkInformation.PhysicalAddress => AddressType.Mac,
        Array { Rank: 1, Length: > 0 } array when array.GetType().GetElementType() is { IsPrimitive: true } element
            && TypeNames.HasNetType(element) => ArrayType.Of((ScalarType)TypeNames.FromNetType(element), array.Length),
        long => ScalarType.Int64,
        var other => Error(DiagnosticIds.UnsupportedConstant,
            $"An object of type {other.GetType().Name} is not a kernel value.", constant.Source,
            "Numbers, strings, truth values, IP addresses and MAC addresses are."),
    };

    private EbpfType? OfUnary(UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.LogicalNot) return ScalarType.Boolean;
        if (unary.Operator is >= UnaryOperator.Floor and <= UnaryOperator.Round) return ScalarType.Int64;
        if (TypeOf(unary.Operand) is not { } type) return null;
        if (type is not ScalarType scalar || unary.Operator == UnaryOperator.ReverseBytes) return type;
        if (scalar.IsFixed) return ScalarType.Fixed;
        return unary.Operator == UnaryOperator.Negate ? ScalarType.Int64 : Integer(SignOf(scalar), SignOf(scalar));
    }

    private EbpfType? OfBinary(BinaryExpression binary)
    {
        switch (binary.Operator)
        {
            case >= BinaryOperator.Equal and <= BinaryOperator.LogicalXor: return ScalarType.Boolean;
            case BinaryOperator.Divide: return ScalarType.Fixed;
            case BinaryOperator.BitAnd or BinaryOperator.BitOr or BinaryOperator.BitXor:
                return Join(binary.Left, binary.Right) is ScalarType { IsBoolean: true }
                    ? ScalarType.Boolean : Arithmetic(binary);
            case BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight:
                return TypeOf(binary.Left) is ScalarType
                    ? Widen(ScalarType.Int64, SignOf(binary.Left))
                    : TypeOf(binary.Left) as ErrorType;
            case >= BinaryOperator.FloorDivide and <= BinaryOperator.RoundDivide:
                return Arithmetic(binary) is ScalarType { IsFixed: true } ? ScalarType.Int64 : Arithmetic(binary);
            default: return Arithmetic(binary);
        }
    }

    /// <summary>The type to compute with: fixed-point if either is, else 64 bits, unsigned for a uint64.</summary>
    public EbpfType? Arithmetic(BinaryExpression binary)
    {
        var (left, right) = (TypeOf(binary.Left), TypeOf(binary.Right));
        if (left is null || right is null) return left ?? right;
        if (right is ErrorType) return right;
        if (left is not ScalarType a || right is not ScalarType b) return left;
        return a.IsFixed || b.IsFixed ? ScalarType.Fixed : Integer(SignOf(binary.Left), SignOf(binary.Right));
    }

    private static EbpfType OfMapCall(MapCallExpression call) => call.Operation switch
    {
        MapOperation.Pop or MapOperation.Peek => Plain(call.Map.Value) ?? ScalarType.UInt64,
        MapOperation.Redirect => ScalarType.Int64,
        _ => ScalarType.Boolean,
    };

    private EbpfType? OfField(FieldExpression field)
    {
        if (TypeOf(field.Target) is not { } target) return null;
        if (target is ErrorType) return target;
        if (IsLength(field)) return ScalarType.Int64;
        if (target is not StructType record)
        {
            return Error(DiagnosticIds.NotAStruct, $"{target.Name} has no fields.", field.Source,
                Pointers?.WhyUnknown(field.Target));
        }

        return record.FindField(field.Name) is { } found
            ? Plain(found.Type)
            : Error(DiagnosticIds.UnknownField, $"There is no field '{field.Name}' in {record.Name}.", field.Source,
                SimilarNames.Sentence(field.Name, [.. record.Fields.Select(f => f.Name)]));
    }

    private EbpfType? OfStruct(StructExpression record)
    {
        var fields = new List<KeyValuePair<string, EbpfType>>();
        var isError = false;
        foreach (var (name, value) in record.Fields)
        {
            if ((ShownAs(value) ?? TypeOf(value)) is not { } type) return null;
            isError |= type is ErrorType;
            fields.Add(new(name, type));
        }

        if (isError) return ErrorType.Instance;

        return StructType.Create(fields);
    }

    /// <summary>The type of a function's result: a number, or an error (reported); null if unknown yet.</summary>
    public EbpfType? ReturnTypeOf(Function function)
    {
        // The name of a verdict is a text to its author, and a number here.
        var declared = function.ReturnType is StringType ? null : NumberOrError(function.ReturnType);
        if ((declared ?? _returns.GetValueOrDefault(function)) is { } known) return known;
        if (!_active.Add(function)) return null;
        try
        {
            EbpfType? type = null;
            var sign = Signedness.Any;
            foreach (var value in StatementWalker.Results(function.Body))
            {
                type = Join(type, sign, TypeOf(value), SignOf(value));
                sign = Stronger(sign, SignOf(value));
            }

            type = NumberOrError(type);
            if (type is not null && _active.Count == 1) _returns[function] = type;
            return type;
        }
        finally
        {
            _active.Remove(function);
        }
    }

    private static EbpfType? NumberOrError(EbpfType? type) => Plain(type) is var plain and (null or ScalarType)
        ? plain : ErrorType.Instance;

    private static EbpfType OfSystemValue(SystemValue value) => value switch
    {
        SystemValue.Random or SystemValue.Cpu or SystemValue.ProcessId or SystemValue.ThreadId or SystemValue.UserId
            or SystemValue.GroupId or SystemValue.ParentProcessId => ScalarType.UInt32,
        SystemValue.ProcessName => new StringType(16),
        SystemValue.KernelStack or SystemValue.UserStack => StackType.Instance,
        SystemValue.ReturnValue => ScalarType.Int64,
        _ => ScalarType.UInt64,
    };
}

/// <summary>The sign that an operand gives an operation on integers: the strongest of its operands decides.</summary>
internal enum Signedness
{
    /// <summary>A constant that fits both signs.</summary>
    Any,

    /// <summary>A signed number, or one of less than 64 bits.</summary>
    Signed,

    /// <summary>An unsigned number of 64 bits.</summary>
    Unsigned,

    /// <summary>A negative constant.</summary>
    Negative,
}
