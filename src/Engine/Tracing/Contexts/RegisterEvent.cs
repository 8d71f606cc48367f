namespace EbpfCat.Tracing;

/// <summary>
/// A kprobe or uprobe, entry or return: the registers (<c>struct pt_regs</c>). At the entry of a function its arguments
/// are <c>arg0</c>, <c>arg1</c> and so on, 8-byte numbers, in registers or on the stack; arguments of a kernel function
/// also have their names and types from BTF, those of a system call's function its argument names. A return probe has
/// <c>$return</c>. Registers have the assembler's names, and <c>ip</c>, <c>sp</c> and <c>fp</c>. <c>Function</c> is the
/// function itself.
/// </summary>
public sealed class RegisterEvent : TracedEvent
{
    private const string FunctionName = "Function";
    private const int MaxArguments = 16;

    private static readonly Version ReturnOfKernel = new(5, 15);
    private static readonly Version ReturnOfUser = new(6, 6);

    private readonly Registers _registers;
    private readonly RegisterPlaces _places;
    private readonly EventMemory _memory;
    private readonly List<(string Name, EventPlace Place)> _arguments = [];
    private EventPlace? _returned;
    private bool _isReturn;

    private RegisterEvent(string description, Registers registers, EventMemory memory)
    {
        (Description, _registers, _memory) = (description, registers, memory);
        _places = new RegisterPlaces(registers, memory);
    }

    public override string Description { get; }

    public override IReadOnlyList<string> FieldNames =>
        (string[])[.. _arguments.Select(argument => argument.Name), FunctionName, .. _places.Names];

    private protected override EventPlace? Returned => _returned;

    /// <summary>Entry of a kernel function.</summary>
    /// <param name="function">Its name; with <c>+offset</c> or a pattern there are only registers.</param>
    /// <param name="registers">The registers; null for those of this architecture.</param>
    public static RegisterEvent ForKprobe(string function, Registers? registers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        var traced = new RegisterEvent($"the function {function}", registers ?? Registers.Current, EventMemory.Kernel);
        if (!IsInside(function))
        {
            if (function.StartsWith(traced._registers.SyscallWrapper, StringComparison.Ordinal))
                traced.AddSyscallArguments(function);
            traced.AddNamedArguments(function);
        }

        traced.AddNumberedArguments();
        return traced;
    }

    /// <summary>Return of a kernel function.</summary>
    /// <param name="function">Its name, or a pattern for several.</param>
    /// <param name="registers">The registers; null for those of this architecture.</param>
    public static RegisterEvent ForKretprobe(string function, Registers? registers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        var traced = new RegisterEvent($"the return of {function}", registers ?? Registers.Current, EventMemory.Kernel);
        traced._isReturn = true;
        var result = KernelTypes.Find(function, BtfKind.Function)?.Result;
        traced._returned = result switch
        {
            null => traced.ReturnedNumber(),
            { Kind: BtfKind.Void } => null,
            { } type => new TypedPlace(traced._places.At(traced._registers.Result), type, EventMemory.Kernel),
        };
        return traced;
    }

    /// <summary>Entry of a function in user space, or an instruction there.</summary>
    public static RegisterEvent ForUprobe(Registers? registers = null)
    {
        var traced = new RegisterEvent("the uprobe", registers ?? Registers.Current, EventMemory.User);
        traced.AddNumberedArguments();
        return traced;
    }

    /// <summary>
    /// Return of a function in user space, with its return value as a number: of the type that the file's debug
    /// information has for it, or of 8 bytes.
    /// </summary>
    /// <param name="target">The file and the function: <c>libc:malloc</c>.</param>
    /// <param name="registers">The registers; null for those of this architecture.</param>
    public static RegisterEvent ForUretprobe(string target = "", Registers? registers = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var traced = new RegisterEvent("the return of the function", registers ?? Registers.Current, EventMemory.User);
        traced._isReturn = true;
        traced._returned = DwarfInfo.ResultOf(target) is { } type
            ? new PlainPlace(traced._places.At(traced._registers.Result) with { Type = type })
            : traced.ReturnedNumber();
        return traced;
    }

    private protected override EventPlace? Find(string name) =>
        _arguments.Find(argument => argument.Name == name).Place
        ?? _arguments.Find(argument => argument.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Place
        ?? (name.Equals(FunctionName, StringComparison.OrdinalIgnoreCase) ? Function() : _places.Find(name));

    // On return, the instruction pointer is in the caller.
    private PlainPlace Function()
    {
        var entered = _places.At(_registers.InstructionPointer) with { Type = FunctionType.Instance };
        if (!_isReturn) return new(entered);
        var required = _memory == EventMemory.User ? ReturnOfUser : ReturnOfKernel;
        if (KernelFacts.RunningVersion >= required) return new(entered with { Root = EventRoot.TracedFunction });
        throw new CompileException(
            DiagnosticIds.NotAvailable, $"'{FunctionName}' of {Description} requires Linux {required}.", null,
            "Attach the program to each function by itself.");
    }

    private protected override string? Suggest(string name) =>
        _arguments.Count == 0 && NumberedArguments.Find(name, MaxArguments) is not null
        ? "Where a function returns its arguments are gone: keep them in a map, by the id of the thread, on entry."
        : _places.Suggest(name);

    private static bool IsInside(string function) => function.AsSpan().ContainsAny('+', '*', '?');

    private PlainPlace ReturnedNumber() => new(_places.At(_registers.Result) with
    {
        Type = ScalarType.Int64,
        IsUntyped = true,
    });

    private void AddNumberedArguments()
    {
        foreach (var (name, slot) in NumberedArguments.Names(_registers.Arguments.Count).Zip(_registers.Arguments))
            _arguments.Add((name, new PlainPlace(_places.At(slot) with { IsUntyped = true })));
        // The others are above the return address, which processors with a link register do not push.
        var first = _registers.Arguments.Count;
        foreach (var name in NumberedArguments.Names(MaxArguments).Skip(first))
            _arguments.Add((name, new PlainPlace(OnStack(NumberedArguments.Find(name, MaxArguments)!.Value - first))));
    }

    private EventAccess OnStack(int index) => _places.At(_registers.StackPointer) with
    {
        Steps = [new EventStep((index + (_registers.Processor == Architecture.X64 ? 1 : 0)) * 8, _memory)],
        IsUntyped = true,
    };

    private void AddNamedArguments(string function)
    {
        if (KernelTypes.Find(function, BtfKind.Function) is not { } found) return;
        foreach (var argument in ContextArgument.LayOut(found.Parameters, out _))
        {
            // Arguments larger than two registers, and those after the last register, are on the stack.
            if (argument.Type.Size > 16 || argument.Index >= _registers.Arguments.Count) break;
            var access = _places.At(_registers.Arguments[argument.Index]);
            _arguments.Add((argument.Name, new TypedPlace(access, argument.Type, _memory) { Name = argument.Name }));
        }
    }

    // The wrapper's only argument points to the registers of the process, which hold the arguments of the system call.
    private void AddSyscallArguments(string function)
    {
        var name = function[_registers.SyscallWrapper.Length..];
        TracepointFormat format;
        try
        {
            format = TraceFs.Current.GetFormat($"{TracepointFormat.SyscallCategory}/sys_enter_{name}");
        }
        catch (Exception missing) when (missing is UnknownNameException or Kernel.KernelException)
        {
            return;
        }

        var proper = SyscallFacts.NamesByFunction.GetValueOrDefault(name, name);
        var arguments = format.SyscallArguments.Select((field, index) => SyscallFacts.Describe(proper, field, index))
            .ToList();
        foreach (var argument in arguments)
            _arguments.Add((argument.Name, SyscallPlace.Of(argument, InCaller(argument), LengthOf)));

        EventAccess LengthOf(string length) => InCaller(arguments.First(each => each.Name == length));
    }

    private EventAccess InCaller(SyscallArgument argument) => _places.At(_registers.Arguments[0]) with
    {
        Type = argument.Type,
        Steps = [new EventStep(_registers.SyscallArguments[argument.Index].Offset, EventMemory.Kernel)],
    };
}
