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

    // TASK_COMM_LEN
    private const int ProcessNameSize = 16;

    private const string RawEnter = "raw_syscalls/sys_enter";
    private const string RawExit = "raw_syscalls/sys_exit";
    private const string Time = nameof(Time);

    // The names of the properties, and of fields of pending calls, that change when another program is started.
    private const string ProcessName = nameof(ProcessName);
    private const string UserId = nameof(UserId);
    private const string GroupId = nameof(GroupId);

    private static readonly Local Task = new("task", ScalarType.UInt64);

    private static Expression Thread => Current.ThreadId;
    private static Expression Now => Current.Time;
    private static Expression Returned => Event.Return;

    private static readonly Lazy<EnumType> AllNames = new(() => new EnumType(
        ScalarType.Int64, SyscallNumbers.Current.Select(pair => KeyValuePair.Create(pair.Key, (long)pair.Value))));

    /// <summary>Returns the program that reports a system call at its begin or its end.</summary>
    /// <param name="syscall">The system call; null for all, with their arguments as numbers.</param>
    public ProgramDefinition Single(Tracing.Syscall? syscall)
    {
        var isEnter = options.Moment == SyscallMoment.Enter || NeverReturns(syscall);
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
        if (KeepsProcess(syscall))
        {
            arguments.AddRange(
                [(ProcessName, Current.ProcessName), (UserId, Current.UserId), (GroupId, Current.GroupId)]);
            types.Add(ProcessName, new StringType(ProcessNameSize));
            types.Add(UserId, ScalarType.UInt32);
            types.Add(GroupId, ScalarType.UInt32);
        }

        var call = StructType.Create([new(Time, ScalarType.UInt64), .. types]);
        var room = call.Size > LargeCall ? Math.Min(entries, EntriesOfLargeCalls) : entries;
        var pending = definition.AddMap(
            Pending, MapType.LruHash, StartsProgram(syscall) ? ScalarType.UInt64 : ScalarType.UInt32, call, room);
        var key = KeyOf(syscall);
        var missed = definition.AddVariable(Missed, ScalarType.UInt64);
        return filter.Apply(definition.AddCode(code =>
        {
            FindKey(code, syscall);
            code.Assign(pending[key].Field(Time), Now);
            foreach (var (name, value) in arguments)
            {
                var field = pending[key].Field(name);
                if (!types.ContainsKey(LengthOf(name))) code.Assign(field, value);
                else code.Assign(pending[key].Field(LengthOf(name)), ReadText(field, types[name].Size, name));
            }

            code.If(!pending.Contains(key), full => full.Increment(missed));
        }));
    }

    /// <summary>Whether a program at the end of a system call reports what another one has remembered.</summary>
    /// <remarks>
    /// Where a program is started, the texts of the arguments may be in memory only at the end, and only the begin
    /// tells whether a success is that of execve or of execveat.
    /// </remarks>
    /// <param name="syscall">The system call; null for all.</param>
    public bool IsRemembered(Tracing.Syscall? syscall) => !NeverReturns(syscall)
        && (options.Moment == SyscallMoment.Whole || StartsProgram(syscall));

    /// <summary>Whether a system call does not return, so that it can be reported only at its begin.</summary>
    /// <param name="syscall">The system call; null for all.</param>
    public static bool NeverReturns(Tracing.Syscall? syscall) =>
        syscall is not null && SyscallFacts.NeverReturn.Contains(syscall.Name);

    /// <summary>Returns the programs that report the end of a system call that was seen to begin.</summary>
    /// <param name="syscall">The system call; null for all.</param>
    /// <param name="pending">The map that the program on entry fills.</param>
    public IEnumerable<ProgramDefinition> Ends(Tracing.Syscall? syscall, Map pending)
    {
        yield return End(syscall, pending);
        // On x86-64, a call that has started a program ends as execve (set_personality_64bit, arch/x86).
        if (syscall is { Name: "execveat" } && Syscalls.Current.Contains("execve"))
            yield return End(syscall, pending, Syscalls.Current["execve"]);
    }

    private ProgramDefinition End(Tracing.Syscall? syscall, Map pending, Tracing.Syscall? endsAs = null)
    {
        var definition = Define(syscall, isEnter: false, endsAs);
        definition.AddMap(pending);
        var key = KeyOf(syscall);
        var types = ((StructType)pending.Value!).Fields.ToDictionary(field => field.Name, field => field.Type);
        var (isEnter, isExit) = (options.Moment == SyscallMoment.Enter, options.Moment == SyscallMoment.Exit);
        var fields = Common(
            NameOf(syscall), isExit ? Now : pending[key].Field(Time), KeepsProcess(syscall) ? pending[key] : null);
        var started = StartsProgram(syscall) ? new StartedProgram() : null;
        foreach (var (name, _) in isExit ? [] : ArgumentsOf(syscall))
        {
            Append(fields, name, types.ContainsKey(AddressOf(name))
                ? Remembered(pending[key], name, types, started) : Shown(pending[key].Field(name), types[name]));
        }

        if (!isEnter) Append(fields, ReturnValue, Returned);
        if (!isEnter && !isExit)
            Append(fields, Duration, new CastExpression(DurationType.Instance, Now - pending[key].Field(Time)));
        return definition.AddCode(code =>
        {
            FindKey(code, syscall);
            code.If(pending.Contains(key), then =>
            {
                if (started is not null) then.If(Returned == 0, started.Find);
                then.Add(new OutputStatement(new StructExpression(fields))).Do(pending.Remove(key));
            });
        });
    }

    // The id of a thread that starts a program may change to that of its process, its task does not.
    private static Expression KeyOf(Tracing.Syscall? syscall) => StartsProgram(syscall) ? Task : Thread;

    private static void FindKey(CodeBuilder code, Tracing.Syscall? syscall)
    {
        if (StartsProgram(syscall)) code.Assign(Task, Expression.CallHelper("get_current_task"));
    }

    // The begin of a call that starts a program is reported at its end, when the name of the process is another.
    private bool KeepsProcess(Tracing.Syscall? syscall) =>
        options.Moment == SyscallMoment.Enter && StartsProgram(syscall);

    // A text in a mapped file may not be in memory at the begin of the call; at its end the kernel has read it. A
    // long one is read whole only then, because each call that is pending takes memory for its texts.
    private static RememberedTextExpression Remembered(
        MapEntryExpression call, string name, Dictionary<string, EbpfType> types, StartedProgram? started)
    {
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

    private ProgramDefinition Define(Tracing.Syscall? syscall, bool isEnter, Tracing.Syscall? endsAs = null) =>
        new(syscall?.Name ?? "syscalls", ProgramType.Tracepoint)
        {
            Target = (syscall, isEnter) switch
            {
                (null, _) => isEnter ? RawEnter : RawExit,
                (_, true) => syscall.Enter.FullName,
                _ => (endsAs ?? syscall).Exit.FullName,
            },
            BufferSize = options.BufferSize,
        };

    // The fields of every report; the name is a constant in a program for one system call.
    private static List<KeyValuePair<string, Expression>> Common(
        Expression name, Expression time, MapEntryExpression? kept = null)
    {
        return
        [
            new(Time, new CastExpression(InstantType.Instance, time)),
            new(Syscall, name),
            new(ProcessName, Kept(ProcessName, Current.ProcessName)),
            new("ProcessId", Current.ProcessId),
            new("ThreadId", Thread),
            new(UserId, Kept(UserId, Current.UserId)),
            new(GroupId, Kept(GroupId, Current.GroupId)),
        ];

        Expression Kept(string field, Expression now) => kept is null ? now : kept.Field(field);
    }

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
