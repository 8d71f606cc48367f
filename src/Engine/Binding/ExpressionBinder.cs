namespace EbpfCat.Binding;

internal sealed class ExpressionBinder
{
    private static readonly EventFieldExpression ParentId =
        new([EventFieldExpression.CurrentTask, "real_parent", "tgid"]);

    private readonly BindingContext _context;
    private readonly Typer _typer;
    private readonly OperatorBinder _operators;
    private readonly MapBinder _maps;
    private readonly HelperCallBinder _helpers;
    private readonly MemoryReadBinder _reads;
    private readonly Dictionary<StringType, Function> _lengths = [];

    public ExpressionBinder(BindingContext context)
    {
        (_context, _typer) = (context, context.Typer);
        _operators = new OperatorBinder(context, this);
        _maps = new MapBinder(context, this);
        _helpers = new HelperCallBinder(context, this);
        _reads = new MemoryReadBinder(context, this);
    }

    public BoundExpression Bind(Expression expression)
    {
        var source = expression.Source;
        switch (expression)
        {
            case ErrorExpression: return new BoundError(source);
            case ConstantExpression constant: return BindConstant(constant);
            case LocalExpression { Local: var local }:
                return new BoundLocalAccess(_context.Local(local), source);
            case VariableExpression { Variable: var variable }:
                return _context.Resources.Locate(variable) is { } location
                    ? new BoundVariableAccess(TypeOf(expression), location, source)
                    : Error(DiagnosticIds.UndeclaredVariable,
                        $"The variable '{variable.Name}' is not part of the program.", source, "Declare it.");
            case PacketVariableExpression { Variable: var packet }:
                return BindPacketAccess(expression, Number(packet.Offset), packet.Type);
            case PacketReadExpression read:
                return HeaderPresence.OrZero(_context.Presence.HeadersOf(read.Offset), BindPlace(read));
            case HeaderFieldExpression field:
                return RequireHeader(field.Header, source) ? BindHeaderField(field) : new BoundError(source);
            case HeaderExpression { Header: var header }:
                return RequireHeader(header, source) ? new BoundHeaderTest(header, source) : new BoundError(source);
            case PacketLengthExpression:
                return _context.RequirePacket(source) ? new BoundPacketLength(source) : new BoundError(source);
            case BinaryExpression binary: return _operators.BindBinary(binary);
            case UnaryExpression unary: return _operators.BindUnary(unary);
            case CastExpression cast: return BindCast(cast);
            case TextExpression text: return BindText(text);
            case MemoryReadExpression read: return _reads.Bind(read);
            case RememberedTextExpression text:
                return new BoundRememberedText(TypeOf(text), Bind(text.Address), Bind(text.Copy),
                    text.CopyLength is { } length ? Bind(length) : null,
                    text.NewStart is { } start ? Bind(start) : null, text.NewEnd is { } end ? Bind(end) : null, source);
            case ConditionalExpression conditional: return BindConditional(conditional);
            case LetExpression let: return BindLet(let);
            case MapEntryExpression entry: return _maps.BindEntry(entry);
            case InnerEntryExpression entry: return _maps.BindInnerEntry(entry);
            case MapContainsExpression contains: return _maps.BindTest(contains);
            case MapReferenceExpression reference:
                return _maps.Find(reference.Map, source) is { } map
                    ? new BoundMapReference(map, source) : new BoundError(source);
            case MapCallExpression call:
                _context.CallCount++;
                if (call.Operation == MapOperation.TailCall) _context.PacketChangeCount++;
                return _maps.BindCall(call);
            case ObserveExpression observation:
                _context.CallCount++;
                return _maps.BindObservation(observation);
            case HelperCallExpression call:
                _context.CallCount++;
                _context.PacketChangeCount++;
                return _helpers.Bind(call);
            case CallExpression call:
                _context.CallCount++;
                _context.PacketChangeCount++;
                return BindCall(call);
            case FieldExpression or IndexExpression when _typer.Pointers!.Split(expression) is not null:
                return _typer.EventAccessOf(expression) is { } part
                    ? Event(TypeOf(expression), part, expression) : new BoundError(source);
            case FieldExpression field: return BindField(field);
            case IndexExpression index: return BindElement(index);
            case StructExpression record:
                return TypeOf(record) is StructType type ? BindStruct(record, type) : BindFields(record);
            case SystemValueExpression system: return BindSystemValue(system);
            case EventFieldExpression field:
                return _typer.AccessOf(field) is { } access
                    ? Event(TypeOf(field), access, field) : new BoundError(source);
            case ContextExpression: return new BoundContext(source);
            default: throw new UnreachableException(expression.GetType().Name);
        }
    }

    /// <summary>Binds bytes of the packet as a place to write to.</summary>
    public BoundExpression BindPlace(PacketReadExpression read) =>
        BindPacketAccess(read, BindInteger(read.Offset), read.Type);

    public BoundExpression BindNumber(Expression expression)
    {
        var value = Bind(expression);
        return value.Type is ScalarType or ErrorType
            ? value
            : Error(DiagnosticIds.WrongType, $"A number is wanted here, not a {value.Type.Name}.", expression.Source);
    }

    /// <summary>
    /// Binds a number that counts: an offset, an index, an argument. The fraction of a fixed-point number is dropped.
    /// </summary>
    public BoundExpression BindInteger(Expression expression) => WithoutFraction(BindNumber(expression));

    /// <summary>The integer part of a fixed-point number; any other value as it is.</summary>
    public static BoundExpression WithoutFraction(BoundExpression value) => value.Type is ScalarType { IsFixed: true }
        ? new BoundConversion(ScalarType.Int64, value, value.Source) : value;

    /// <summary>Binds a condition: a number is true unless zero, and a text unless empty.</summary>
    public BoundExpression BindCondition(Expression expression)
    {
        var value = Bind(expression);
        return value.Type is ScalarType or StringType or ErrorType
            ? _context.Presence.Guard([expression], [value], operands => operands[0])
            : Error(DiagnosticIds.WrongType, $"{value.Type.Name} is neither true nor false.", expression.Source,
                "Compare it with something.");
    }

    /// <summary>Binds an expression that is to be of a type; a struct that is written out takes that type.</summary>
    public BoundExpression BindAs(Expression expression, EbpfType? type, SourceSpan? source = null)
    {
        if ((expression, type) is (StructExpression record, StructType target)) return BindStruct(record, target);
        if ((expression, type) is (CastExpression { Type: EnumType names, Operand: var number }, StringType)
            && Constants.Integer(number) is { } value && names.FindName((ulong)value) is { } name)
        {
            expression = new ConstantExpression(name) { Source = expression.Source };
        }

        WarnIfReversed(expression, type, source);
        return _context.Conversions.Check(Bind(expression), type, source);
    }

    /// <summary>Binds the fields of a struct that is written out.</summary>
    /// <param name="type">The type that it takes.</param>
    public BoundExpression BindStruct(StructExpression record, StructType type)
    {
        var values = new List<BoundFieldValue>(record.Fields.Count);
        foreach (var (name, value) in record.Fields)
        {
            if (type.FindField(name) is { } field)
            {
                values.Add(new(field, BindAs(value, field.Type)));
                continue;
            }

            Error(DiagnosticIds.UnknownField, $"There is no field '{name}' in {type.Name}.",
                value.Source ?? record.Source,
                SimilarNames.Sentence(name, [.. type.Fields.Select(f => f.Name)]));
        }

        return new BoundStruct(type, values, record.Source);
    }

    /// <summary>Binds an operation on numbers whose operands are bound.</summary>
    public BoundExpression BindArithmetic(BinaryExpression binary, BoundExpression left, BoundExpression right) =>
        _operators.BindArithmetic(binary, left, right);

    /// <summary>The access to a value that an expression takes from the event as it is; null for any other.</summary>
    public EventAccess? AccessOf(Expression expression) => _typer.EventAccessOf(expression);

    /// <summary>A value that is reached by an access.</summary>
    /// <param name="origin">The expression that the access is of.</param>
    public BoundEventValue Event(EbpfType type, EventAccess access, Expression origin) => new(type,
        access.Root == EventRoot.Pointer && _typer.Pointers!.Split(origin) is { } part
            ? access with { Pointer = Bind(part.Pointer) } : access, origin.Source);

    // A number becomes the address that it is in the processor's byte order. Bytes read in that order as they lie in a
    // packet, in network order, would give the reversed address.
    private void WarnIfReversed(Expression expression, EbpfType? type, SourceSpan? source)
    {
        if (type != AddressType.IPv4 || !_context.IsReadRaw(expression)) return;
        _context.Diagnostics.Add(new Diagnostic(DiagnosticIds.ReversedAddress,
            "The bytes are read in the processor's order: the address is reversed.", expression.Source ?? source,
            "Read them as an address, of type ipv4.", DiagnosticSeverity.Warning));
    }

    private EbpfType TypeOf(Expression expression) => _typer.TypeOf(expression) ?? ScalarType.Int64;

    private BoundError Error(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        _context.Error(id, problem, source, suggestion);

    private static BoundConstant Number(long value) => new(ScalarType.Int64, value, null);

    // The type of a struct with an error in it is unknown: its fields are bound for their own errors.
    private BoundError BindFields(StructExpression record)
    {
        foreach (var (_, value) in record.Fields) Bind(value);
        return new BoundError(record.Source);
    }

    private BoundExpression BindConstant(ConstantExpression constant)
    {
        var type = TypeOf(constant);
        if (type is ErrorType) return new BoundError(constant.Source);
        var name = _typer.IsVerdict(constant) ? constant.Value : constant.Verdict;
        if (name is null) return new BoundConstant(type, constant.Value, constant.Source);
        return _context.Verdict(name, constant.Source) is { } verdict
            ? new BoundConstant(ScalarType.Int64, verdict, constant.Source) : new BoundError(constant.Source);
    }

    private BoundExpression BindPacketAccess(Expression expression, BoundExpression offset, EbpfType stored)
    {
        const int maxOffset = 0xffff; // MAX_PACKET_OFF in kernel/bpf/verifier.c
        if (!_context.RequirePacket(expression.Source)) return new BoundError(expression.Source);
        if (expression is PacketReadExpression read && Constants.Integer(read.Offset) is { } known
            && (known < 0 || known > maxOffset - stored.Size))
        {
            return Error(DiagnosticIds.OffsetOutOfRange, $"A packet has no byte {known}.", expression.Source,
                $"Offsets go from 0 to {maxOffset - stored.Size}.");
        }

        return new BoundPacketAccess(TypeOf(expression), offset, stored, expression.Source);
    }

    private bool RequireHeader(PacketHeader header, SourceSpan? source)
    {
        if (!_context.RequirePacket(source)) return false;
        if (PacketHeaders.LocationsOf(header, _context.Info.StartsAtNetwork) is not null) return true;
        Error(DiagnosticIds.NoPacket,
            $"A program of type {_context.Definition.Type} sees packets from their IP header on: they have no "
                + $"{header.Name} header.",
            source, "A Tc program sees all of the packet.");
        return false;
    }

    private BoundExpression BindHeaderField(HeaderFieldExpression written)
    {
        var (type, source) = (TypeOf(written), written.Source);
        var (header, field) = (written.Header, written.HeaderField);
        if (field == HeaderField.HeaderOffset && header == PacketHeaders.Vlan && _context.Info.HasTagInMetadata)
        {
            return Error(DiagnosticIds.NotAvailable,
                $"In a program of type {_context.Definition.Type} the VLAN tag may be outside of the packet.", source,
                "Ask for Vlan.PayloadOffset, or use a program of type Xdp.");
        }

        if (field.Alternatives.Length == 0 || field.IsProtocol)
            return new BoundHeaderField(type, header, field, source);
        BoundExpression? value = null;
        foreach (var (alternative, part) in header.AlternativesOf(field).Reverse())
        {
            BoundExpression found = new BoundHeaderField(Typer.Plain(part.Type)!, alternative, part, source)
            {
                AlternativeOf = written,
            };
            if (part.Addend != 0)
            {
                value ??= found;
                found = new BoundBinary(ScalarType.Int64, BinaryOperator.Add, found, Number(part.Addend),
                    ScalarType.Int64, source);
            }

            value = value is null
                ? found
                : new BoundConditional(type, new BoundHeaderTest(alternative, source), found, value, source);
        }

        return value!;
    }

    private BoundConversion BindCast(CastExpression cast)
    {
        var type = Typer.Plain(cast.Type)!;
        if (cast.Type is ScalarType { IsBoolean: true })
            return new BoundConversion(type, BindCondition(cast.Operand), cast.Source);
        if (cast.Type is ScalarType { BitCount: > 0 } bits)
        {
            // The value is a whole number that fits in the bits.
            var whole = BindCast(new CastExpression(bits.Plain, cast.Operand) { Source = cast.Source });
            return new BoundConversion(type, new BoundConversion(bits, whole, cast.Source), cast.Source);
        }

        if (cast is { Type: ArrayType or BytesType, Operand: StructExpression record })
        {
            // The elements of an array are written as fields.
            foreach (var (_, value) in record.Fields)
            {
                var part = value is CastExpression { Operand: var given } ? given : value;
                if (TypeOf(part) is not (ScalarType or ErrorType) and var wrong)
                {
                    return new BoundConversion(type, Error(DiagnosticIds.WrongType,
                        $"{wrong.Name} is no number, as the elements of an array are.", part.Source ?? cast.Source,
                        "Take the bytes of an address from the packet, where it lies."), cast.Source);
                }
            }

            var element = Typer.ElementOf(type)!;
            var elements = StructType.Create(record.Fields.Select(field => KeyValuePair.Create(field.Key, element)));
            return new BoundConversion(type, BindStruct(record, elements), cast.Source);
        }

        if (AccessOf(cast.Operand) is { } access && access.Reinterpret(cast.Type) is { } other)
        {
            var reached = Event(Typer.Plain(other.Type)!, other, cast.Operand);
            return new BoundConversion(type, _context.Conversions.Check(reached, type, cast.Source), cast.Source);
        }

        // Other addresses than IPv4 become an address of zeros.
        var operand = type == AddressType.IPv4 && TypeOf(cast.Operand) is AddressType { Kind: not AddressKind.Mac }
            ? Bind(cast.Operand)
            : BindAs(cast.Operand, cast.Type, cast.Source);
        return new BoundConversion(type, operand, cast.Source);
    }

    private BoundExpression BindText(TextExpression text)
    {
        if (AccessOf(text.Operand) is { Type: not StringType } access
            && access.Reinterpret(new StringType(Typer.DefaultTextCapacity)) is { } behind)
        {
            return Event(behind.Type, behind, text.Operand);
        }

        var operand = Bind(text.Operand);
        return operand.Type is StringType or ErrorType
            ? operand
            : Error(DiagnosticIds.WrongType, $"{operand.Type.Name} is not a text.", text.Source,
                "Texts are fields of traced events, names of processes, and constants.");
    }

    private BoundConditional BindConditional(ConditionalExpression conditional)
    {
        var type = TypeOf(conditional);
        return new BoundConditional(type, BindCondition(conditional.Condition), BindAs(conditional.WhenTrue, type),
            BindAs(conditional.WhenFalse, type), conditional.Source);
    }

    private BoundExpression BindLet(LetExpression let)
    {
        _context.ComparedValues[let.Local] = let.Value;
        var headers = _context.Presence.Remember(let.Local, let.Value);
        var local = _context.Local(let.Local);
        var value = _context.Conversions.Check(Bind(let.Value), local.Type, let.Source);
        var body = Bind(let.Body);
        var bound = new BoundLet(local, value, body, let.Source) { Headers = headers };
        // The headers are asked for once, before the value is read.
        return headers.Count > 0 && headers.All(header => HeaderPresence.Needs(body, header))
            && !_context.Presence.HasEffects(let, headers)
            ? HeaderPresence.Guard(headers, bound)
            : bound;
    }

    private BoundExpression BindField(FieldExpression field)
    {
        if (_typer.IsLength(field)) return BindLength(field);
        var target = Bind(field.Target);
        var type = TypeOf(field);
        return target.Type is StructType record && record.FindField(field.Name) is { } found
            ? new BoundFieldAccess(type, target, found, field.Source) : new BoundError(field.Source);
    }

    private BoundExpression BindLength(FieldExpression field)
    {
        if (TypeOf(field.Target) is StringType text)
            return BindCall(new CallExpression(TextLength(text), [field.Target]) { Source = field.Source });
        var array = Bind(field.Target);
        return array is BoundError ? array : Number(array.Type.Size / Typer.ElementOf(array.Type)!.Size);
    }

    // Searches the NUL.
    private Function TextLength(StringType type)
    {
        if (_lengths.TryGetValue(type, out var known)) return known;
        var (text, index) = (new Local("text", type), new Local("index", ScalarType.Int64));
        var end = new BinaryExpression(BinaryOperator.Equal, new IndexExpression(text, index), 0);
        Statement found = new IfStatement(end, [new ReturnStatement(index)]);
        var search = new ForeachStatement(index, [0, type.Capacity - 1], [found]) { IsRange = true };
        return _lengths[type] = new Function("length", [text], [search, new ReturnStatement(type.Capacity)])
        {
            ReturnType = ScalarType.Int64,
        };
    }

    private BoundExpression BindElement(IndexExpression index)
    {
        var (target, number) = (Bind(index.Target), BindInteger(index.Index));
        var count = Typer.ElementOf(target.Type) is { Size: > 0 and var size } ? target.Type.Size / size : 0;
        if (target.Type is ErrorType) return target;
        if (count == 0) return Error(DiagnosticIds.NotAnArray, $"{target.Type.Name} has no elements.", index.Source);
        // As in PowerShell, -1 is the last element. The length of a text is not known.
        var first = target.Type is StringType ? 0 : -count;
        if (Constants.Integer(index.Index) is { } known && known < 0 && known >= first)
        {
            number = Number((long)known + count);
        }
        else if (Constants.Integer(index.Index) is { } other && (other < 0 || other >= count))
        {
            return Error(DiagnosticIds.IndexOutOfRange, $"There is no element {other}: the array has {count}.",
                index.Source,
                $"The first is 0, the last {count - 1}.");
        }

        return new BoundElementAccess(TypeOf(index), target, number, index.Source);
    }

    private BoundExpression BindSystemValue(SystemValueExpression system)
    {
        var type = TypeOf(system);
        return system.Value switch
        {
            SystemValue.ReturnValue when _context.Traced?.Return is { } returned =>
                Event(type, returned, system),
            SystemValue.ParentProcessId when _context.PidNamespace is not null => Error(DiagnosticIds.NotAvailable,
                "This session has a PID namespace of its own, in which the kernel does not tell the id of the parent.",
                system.Source),
            SystemValue.ParentProcessId when _context.CurrentTask is { } task => Event(type,
                task.Resolve(ParentId) with { Type = ScalarType.UInt32 }, system),
            SystemValue.ReturnValue or SystemValue.ParentProcessId => Error(DiagnosticIds.NotAvailable,
                $"{system.Value} is not available in a program of type {_context.Definition.Type}.", system.Source,
                system.Value == SystemValue.ReturnValue ? _context.Traced?.ReturnAdvice : null),
            _ => new BoundSystemValue(type, system.Value, system.Source),
        };
    }

    private BoundExpression BindCall(CallExpression call)
    {
        var function = call.Function;
        var arguments = call.Arguments.Select(Bind).ToList();
        if (arguments.Count != function.Parameters.Count)
        {
            return Error(DiagnosticIds.WrongArguments,
                $"The function '{function.Name}' takes {function.Parameters.Count} arguments, not {arguments.Count}.",
                call.Source);
        }

        var bound = _context.Statements.BindFunction(function);
        for (var i = 0; i < arguments.Count; i++)
        {
            WarnIfReversed(call.Arguments[i], bound.Parameters[i].Type, call.Source);
            arguments[i] = _context.Conversions.Check(arguments[i], bound.Parameters[i].Type,
                call.Arguments[i].Source ?? call.Source);
        }
        // The binder of functions reports results that cannot be returned.
        return TypeOf(call) is ErrorType ? new BoundError(call.Source) : new BoundCall(bound, arguments, call.Source);
    }
}
