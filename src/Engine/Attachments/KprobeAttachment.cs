namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to entry or return of kernel functions: to many by one link since Linux 5.18, to each by a link
/// since Linux 5.15, and by a perf event before.
/// </summary>
public sealed class KprobeAttachment : LinkAttachment
{
    private KprobeAttachment(
        LoadedProgram program, KprobeAttachOptions options, IReadOnlyList<string> functions, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) => (OnReturn, Functions) = (options.OnReturn, functions);

    /// <summary>Whether it fires when the functions return.</summary>
    public bool OnReturn { get; }

    /// <summary>The functions.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>Attaches a program to a kernel function, or to all functions whose names match a pattern.</summary>
    /// <remarks>
    /// A program whose target was a pattern when it was loaded takes all functions by one link, where the kernel has
    /// that (Linux 5.18 with CONFIG_FPROBE). Other programs take them one by one.
    /// </remarks>
    /// <exception cref="UnknownNameException">There is no such function; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no kprobes. EINVAL: the function cannot be probed. EPERM, EACCES: no privilege, or
    /// the kernel is locked down.
    /// </exception>
    public static KprobeAttachment Attach(LoadedProgram program, KprobeAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var function = options.Function!;
        var isPattern = Wildcard.IsPattern(function);
        if (options.Offset != 0 && (isPattern || options.OnReturn))
            throw new ArgumentException("An offset is for the entry of one function.", nameof(options));
        string[] functions = isPattern ? [.. TraceableFunctions.Current.Match(function)] : [function];
        if (functions.Length == 0)
            throw new UnknownNameException("kernel function matching", function, []);
        var handle = AttachmentHandle.Build(handle =>
        {
            if (program.AttachType == BpfAttachType.TraceKprobeMulti)
                handle.Add(AttachMany(program, functions, options));
            else if (isPattern)
                functions = [.. AttachEach(handle, program, functions, options)];
            else
                AttachOne(handle, program, function, options);
        });
        return Complete(new KprobeAttachment(program, options, functions, handle), options);
    }

    private static LinkDescriptor AttachMany(LoadedProgram program, string[] functions, KprobeAttachOptions options)
    {
        try
        {
            return Bpf.CreateKprobeMultiLink(program.Descriptor, functions, options.Cookie, options.OnReturn);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ESRCH or Errno.EINVAL)
        {
            if (functions is [var only]) TraceableFunctions.Current.Require(only);
            throw new KernelException(
                options.Operation(program), refusal.Errno, "the kernel refuses to probe one of the functions",
                refusal.Remedy);
        }
    }

    // The kernel refuses some of the functions that match: those that the handling of a probe itself calls.
    private static List<string> AttachEach(
        AttachmentHandle handle, LoadedProgram program, string[] functions, KprobeAttachOptions options)
    {
        var attached = new List<string>();
        KernelException? first = null;
        foreach (var function in functions)
        {
            try
            {
                AttachOne(handle, program, function, options);
                attached.Add(function);
            }
            catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.ENOENT or Errno.EADDRNOTAVAIL)
            {
                first ??= refusal;
            }
        }

        return attached.Count > 0 ? attached : throw first!;
    }

    private static void AttachOne(
        AttachmentHandle handle, LoadedProgram program, string function, KprobeAttachOptions options)
    {
        var (onReturn, offset) = (options.OnReturn, options.Offset);
        var operation = options.Operation(program);
        var what = $"the {(onReturn ? "kretprobe" : "kprobe")} on '{function}'";
        try
        {
            var perfEvent = PerfEvents.OpenProbe("kprobe", function, offset, onReturn, 0, 0, what)
                ?? ProbeEvents.Define(handle, "kprobe_events", $"{function}+{offset}", onReturn, 0, what)
                ?? throw new KernelException(
                    operation, Errno.EOPNOTSUPP, "the kernel has no kprobes",
                    "Use a kernel built with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS, or trace a tracepoint.");
            PerfEvents.Attach(handle, program, perfEvent, options.Cookie);
        }
        catch (KernelException refusal) when (
            refusal.Errno is Errno.ENOENT or Errno.EINVAL or Errno.EADDRNOTAVAIL or Errno.EILSEQ)
        {
            throw Refused(refusal, function, operation);
        }
    }

    private static Exception Refused(KernelException refusal, string function, string operation)
    {
        var symbols = KernelSymbols.Current.FindAll(function).Count();
        if (symbols == 0)
            return new UnknownNameException("kernel function", function, TraceableFunctions.Current.Names);
        return refusal.Errno switch
        {
            Errno.EADDRNOTAVAIL when symbols > 1 => new KernelException(
                operation, refusal.Errno, $"there are {symbols} functions of this name",
                "A pattern that only this name matches takes them all, where the kernel probes many by one link."),
            Errno.EILSEQ => new KernelException(operation, refusal.Errno, "no instruction begins at this offset"),
            _ => new KernelException(
                operation, refusal.Errno, "the kernel refuses to probe this function",
                "Some must not be probed: /sys/kernel/debug/kprobes/blacklist lists them."),
        };
    }
}

/// <summary>Attaches a program of type Kprobe to kernel functions.</summary>
/// <param name="Function">
/// The name, or a <see cref="Wildcard"/> pattern, of which functions that cannot be probed are left out; null for the
/// target of the program's definition.
/// </param>
public sealed record KprobeAttachOptions(string? Function = null) : AttachOptions
{
    /// <summary>Whether the program runs when the function returns, instead of on entry.</summary>
    public bool OnReturn { get; init; }

    /// <summary>The offset of an instruction in the function, in bytes; only of one function, on entry.</summary>
    public ulong Offset { get; init; }

    /// <summary>A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</summary>
    public ulong Cookie { get; init; }

    internal override HookInfo Row => OnReturn ? HookTable.Kretprobe : HookTable.Kprobe;

    internal override string? Target => Offset == 0 ? Function : $"{Function}+0x{Offset:x}";

    public override KprobeAttachment Attach(LoadedProgram program) => KprobeAttachment.Attach(program, this);

    internal override KprobeAttachOptions For(ProgramDefinition? definition)
    {
        if (Function is not null) return this with { Function = TraceableFunctions.Resolve(Function) };
        if (definition?.Target is not { } target) return this;
        var (function, offset) = ProbeOffset.Split(target);
        var onReturn = definition.Probe == Language.ProbeKind.Kretprobe;
        return this with
        {
            Function = TraceableFunctions.Resolve(function),
            Offset = offset,
            OnReturn = onReturn,
        };
    }

    internal override ProgramHook? HookFor(ProgramType type) =>
        Function is not null && Wildcard.IsPattern(Function) && KprobeMulti.IsPresent ? ProgramHook.KprobeMulti : null;
}

/// <summary>The offset of an instruction behind the name of a function: <c>tcp_close+0x10</c>.</summary>
internal static class ProbeOffset
{
    /// <summary>Splits a name from its offset, which is decimal, or hexadecimal behind <c>0x</c>.</summary>
    public static (string Name, ulong Offset) Split(string place)
    {
        var plus = place.LastIndexOf('+');
        return plus > 0 && TryParse(place.AsSpan(plus + 1), out var offset) ? (place[..plus], offset) : (place, 0);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out ulong offset) =>
        text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out offset)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out offset);
}
