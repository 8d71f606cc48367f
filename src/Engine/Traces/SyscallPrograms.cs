namespace EbpfCat.Traces;

/// <summary>The programs that report a system call, written in the language.</summary>
/// <param name="filter">The processes.</param>
/// <param name="entries">
/// The maximum number of threads in the call at a time, for <see cref="SyscallMoment.Whole"/>.
/// </param>
internal sealed class SyscallPrograms(SyscallTraceOptions options, ProcessFilter filter, int entries)
{
    /// <summary>The variable of the program on entry that counts the calls for which the map had no room.</summary>
    public const string Missed = "missed";
    /// <summary>The map of calls that have begun, by thread.</summary>
    public const string Pending = "pending";
    /// <summary>The property with the name of the system call.</summary>
    public const string Syscall = nameof(Syscall);
    /// <summary>The property with the result.</summary>
    public const string ReturnValue = nameof(ReturnValue);
    /// <summary>The property with the duration.</summary>
    public const string Duration = nameof(Duration);
    /// <summary>The property with all arguments of a call as numbers, for a program of all system calls.</summary>
    public const string Arguments = nameof(Arguments);
    /// <summary>The number of properties before the arguments.</summary>
    public const int CommonCount = 7;

    // Calls that take more bytes get a smaller map: few of them are pending at a time.
    private const int LargeCall = 4096;
    private const int EntriesOfLargeCalls = 1024;

    private const string RawEnter = "raw_syscalls/sys_enter";
    private const string RawExit = "raw_syscalls/sys_exit";
    private const string Time = nameof(Time);

    private static Expression Thread => Current.ThreadId;
    private static Expression Now => Current.Time;
    private static Expression Returned => Event.Return;

    private static readonly Lazy<EnumType> AllNames = new(() => new EnumType(
        ScalarType.Int64, SyscallNumbers.Current.Select(pair => KeyValuePair.Create(pair.Key, (long)pair.Value))));

    /// <summary>Returns the program that reports a system call at its begin or its end.</summary>
    /// <param name="syscall">The system call; null for all, with their arguments as numbers.</param>
    public ProgramDefinition Single(Tracing.Syscall? syscall)
    {
        var isEnter = options.Moment == SyscallMoment.Enter;
        var definition = Define(syscall, isEnter);
        var fields = Common(NameOf(syscall), Now);
        foreach (var (name, value) in isEnter ? ArgumentsOf(syscall) : []) Append(fields, name, value);
        if (!isEnter) Append(fields, ReturnValue, Returned);
        return filter.Apply(definition.AddCode(code => code.Add(new OutputStatement(new StructExpression(fields)))));
    }

    /// <summary>Returns the program that remembers the begin of a system call.</summary>
    /// <param name="syscall">The system call; null for all.</param>
    public ProgramDefinition Begin(Tracing.Syscall? syscall)
    {
        var definition = Define(syscall, isEnter: true);
        List<(string Name, Expression Value)> arguments =
        [
            .. ArgumentsOf(syscall),
            .. RereadOf(syscall).Select(name => (AddressOf(name), Event.Field(name).Cast(ScalarType.UInt64))),
        ];
        var types = arguments.ToDictionary(one => one.Name, one => TypeOf(definition, one.Value));
        foreach (var name in TextsOf(syscall)) types.Add(LengthOf(name), ScalarType.Int32);
        var call = StructType.Create([new(Time, ScalarType.UInt64), .. types]);
        var room = call.Size > LargeCall ? Math.Min(entries, EntriesOfLargeCalls) : entries;
        var pending = definition.AddMap(Pending, MapType.LruHash, ScalarType.UInt32, call, room);
        var missed = definition.AddVariable(Missed, ScalarType.UInt64);
        return filter.Apply(definition.AddCode(code =>
        {
            code.Assign(pending[Thread].Field(Time), Now);
            foreach (var (name, value) in arguments)
            {
                var field = pending[Thread].Field(name);
                if (!types.ContainsKey(LengthOf(name))) code.Assign(field, value);
                else code.Assign(pending[Thread].Field(LengthOf(name)), ReadText(field, types[name].Size, name));
            }

            code.If(!pending.Contains(Thread), full => full.Increment(missed));
        }));
    }

    /// <summary>Returns the program that reports the end of a system call that was seen to begin.</summary>
    /// <param name="syscall">The system call; null for all.</param>
    /// <param name="pending">The map that the program on entry fills.</param>
    public ProgramDefinition End(Tracing.Syscall? syscall, Map pending)
    {
        var definition = Define(syscall, isEnter: false);
        definition.AddMap(pending);
        var types = ((StructType)pending.Value!).Fields.ToDictionary(field => field.Name, field => field.Type);
        var fields = Common(NameOf(syscall), pending[Thread].Field(Time));
        var started = StartsProgram(syscall) ? new StartedProgram() : null;
        foreach (var (name, _) in ArgumentsOf(syscall))
        {
            var value = pending[Thread].Field(name);
            Append(fields, name, types.ContainsKey(AddressOf(name))
                ? Remembered(pending, name, types, started) : Shown(value, types[name]));
        }

        Append(fields, ReturnValue, Returned);
        Append(fields, Duration, new CastExpression(DurationType.Instance, Now - pending[Thread].Field(Time)));
        return definition.AddCode(code => code.If(pending.Contains(Thread), then =>
        {
            if (started is not null) then.If(Returned == 0, started.Find);
            then.Add(new OutputStatement(new StructExpression(fields))).Do(pending.Remove(Thread));
        }));
    }

    // A text in a mapped file may not be in memory at the begin of the call; at its end the kernel has read it. A long
    // one is read whole only then, because each call that is pending takes memory for its texts.
    private static RememberedTextExpression Remembered(
        Map pending, string name, Dictionary<string, EbpfType> types, StartedProgram? started)
    {
        var call = pending[Thread];
        var isList = !types.ContainsKey(LengthOf(name));
        return new(call.Field(AddressOf(name)), call.Field(name), isList ? null : call.Field(LengthOf(name)))
        {
            NewStart = isList ? started?.ArgumentsStart : started?.File,
            NewEnd = isList ? started?.ArgumentsEnd : null,
        };
    }

    private static Expression ReadText(Expression text, int size, string argument) =>
        Expression.CallHelper("probe_read_user_str", text, size, Event.Field(argument).Cast(ScalarType.UInt64));

    // The field of a pending call that holds the address of a text, or of a list of texts.
    private static string AddressOf(string text) => text + "_address";

    // The field that holds the result of reading a text.
    private static string LengthOf(string text) => text + "_length";

    private ProgramDefinition Define(Tracing.Syscall? syscall, bool isEnter) =>
        new(syscall?.Name ?? "syscalls", ProgramType.Tracepoint)
        {
            Target = syscall is null ? isEnter ? RawEnter : RawExit : (isEnter ? syscall.Enter : syscall.Exit).FullName,
            BufferSize = options.BufferSize,
        };

    // The fields of every report; the name is a constant in a program for one system call.
    private static List<KeyValuePair<string, Expression>> Common(Expression name, Expression time) =>
    [
        new(Time, new CastExpression(InstantType.Instance, time)),
        new(Syscall, name),
        new("ProcessName", Current.ProcessName),
        new("ProcessId", Current.ProcessId),
        new("ThreadId", Thread),
        new("UserId", Current.UserId),
        new("GroupId", Current.GroupId),
    ];

    private static CastExpression NameOf(Tracing.Syscall? syscall)
    {
        if (syscall is null) return new CastExpression(AllNames.Value, Event.Field("id"));
        var number = syscall.Number ?? 0;
        return new CastExpression(new EnumType(ScalarType.UInt16, [new(syscall.Name, number)], syscall.Name), number);
    }

    private static IEnumerable<(string Name, Expression Value)> ArgumentsOf(Tracing.Syscall? syscall)
    {
        if (syscall is null) return [(Arguments, Event.Field("args"))];
        return syscall.Arguments.Select(argument => (argument.Name, Value(argument)));
    }

    private static bool StartsProgram(Tracing.Syscall? syscall) => syscall is { Name: "execve" or "execveat" };

    private static IEnumerable<string> TextsOf(Tracing.Syscall? syscall) => ReadArguments(syscall)
        .Where(one => one.Kind == SyscallArgumentKind.String).Select(one => one.Name);

    // The texts and lists of texts that are read again at the end of the call, if need be.
    private static IEnumerable<string> RereadOf(Tracing.Syscall? syscall) => ReadArguments(syscall)
        .Where(one => one.Kind is SyscallArgumentKind.String or SyscallArgumentKind.StringList)
        .Select(one => one.Name);

    private static IEnumerable<SyscallArgument> ReadArguments(Tracing.Syscall? syscall) =>
        syscall?.Arguments.Where(IsRead) ?? [];

    private static Expression Value(SyscallArgument argument)
    {
        var field = Event.Field(argument.Name);
        return argument.Field.IsUserPointer && !IsRead(argument) ? field.Cast(ScalarType.UInt64) : field;
    }

    // A pointer to a struct is reported as an address; so is an environment, which is long and may hold secrets.
    private static bool IsRead(SyscallArgument argument) => argument
        is { IsOutput: false, Kind: SyscallArgumentKind.String or SyscallArgumentKind.SocketAddress }
        or { Kind: SyscallArgumentKind.StringList, Name: not "envp" };

    private static EbpfType TypeOf(ProgramDefinition definition, Expression value) => value switch
    {
        CastExpression cast => cast.Type,
        EventFieldExpression field => TracedEvents.For(definition)!.Resolve(field).Type,
        _ => ScalarType.UInt64,
    };

    private static Expression Shown(FieldExpression field, EbpfType type) =>
        type is EnumType ? field.Cast(type) : field;

    private static void Append(List<KeyValuePair<string, Expression>> fields, string name, Expression value)
    {
        while (fields.Exists(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase))) name += "_";
        fields.Add(new(name, value));
    }
}
