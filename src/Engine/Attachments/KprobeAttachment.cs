using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to entry or return of kernel functions: of many by one link since Linux 5.18; of each by a link since
/// Linux 5.15, before by a perf event.
/// </summary>
public sealed class KprobeAttachment : HookAttachment
{
    internal const string KindName = "Kprobe";
    internal const string ReturnKindName = "Kretprobe";

    private KprobeAttachment(
        LoadedProgram program, bool ownsProgram, string target, bool onReturn, IReadOnlyList<string> functions, Hold hold)
        : base(program, ownsProgram, target, hold)
    {
        OnReturn = onReturn;
        Functions = functions;
    }

    /// <inheritdoc/>
    public override string Kind => OnReturn ? ReturnKindName : KindName;

    /// <summary>Whether it fires when the functions return.</summary>
    public bool OnReturn { get; }

    /// <summary>The functions.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>Attaches a program to a kernel function, or to all whose names match a pattern.</summary>
    /// <param name="program">
    /// The program, of type Kprobe. One whose target was a pattern when it was loaded takes all functions by one link, where
    /// the kernel has that (Linux 5.18 with CONFIG_FPROBE); other programs take them one by one.
    /// </param>
    /// <param name="function">
    /// The name, or a <see cref="Wildcard"/> pattern. Functions that match but cannot be probed are left out.
    /// </param>
    /// <param name="onReturn">Whether it fires when the function returns, rather than when it is entered.</param>
    /// <param name="offset">How far into the function, in bytes: the start of an instruction. Only of one function.</param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="UnknownNameException">There is no such function; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no kprobes. EINVAL: the function cannot be probed. EPERM, EACCES: no privilege, or the
    /// kernel is locked down.
    /// </exception>
    public static KprobeAttachment Attach(
        LoadedProgram program,
        string function,
        bool onReturn = false,
        ulong offset = 0,
        string? pin = null,
        ulong cookie = 0,
        bool ownsProgram = false)
    {
        var operation = Check(program, ProgramType.Kprobe, $"the {(onReturn ? "return of the " : "")}kernel function '{function}'");
        var isPattern = Wildcard.IsPattern(function);
        if (offset != 0 && (isPattern || onReturn))
            throw new ArgumentException("An offset is for the entry of one function.", nameof(offset));
        string[] functions = isPattern ? [.. TraceableFunctions.Current.Match(function)] : [function];
        if (functions.Length == 0)
            throw new UnknownNameException("kernel function matching", function, []);
        var hold = Hold.Build(hold =>
        {
            if (program.AttachType == BpfAttachType.TraceKprobeMulti)
                hold.Add(AttachMany(program, functions, onReturn, cookie, operation));
            else if (isPattern)
                functions = [.. AttachEach(hold, program, functions, onReturn, cookie, operation)];
            else
                AttachOne(hold, program, function, onReturn, offset, cookie, operation);
        });
        var target = offset == 0 ? function : $"{function}+0x{offset:x}";
        return Complete(new KprobeAttachment(program, ownsProgram, target, onReturn, functions, hold), pin);
    }

    private static LinkDescriptor AttachMany(
        LoadedProgram program, string[] functions, bool onReturn, ulong cookie, string operation)
    {
        try
        {
            return Bpf.CreateKprobeMultiLink(program.Descriptor, new KprobeMultiOptions
            {
                Symbols = functions,
                OnReturn = onReturn,
                Cookies = cookie == 0 ? [] : [.. Enumerable.Repeat(cookie, functions.Length)],
            });
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ESRCH or Errno.EINVAL)
        {
            if (functions is [var only]) TraceableFunctions.Current.Require(only);
            throw new KernelException(operation, refusal.Errno, "the kernel refuses to probe one of the functions", refusal.Remedy);
        }
    }

    // Of what matches, the kernel refuses some: it is they that a probe would run into.
    private static List<string> AttachEach(
        Hold hold, LoadedProgram program, string[] functions, bool onReturn, ulong cookie, string operation)
    {
        var attached = new List<string>();
        KernelException? first = null;
        foreach (var function in functions)
        {
            try
            {
                AttachOne(hold, program, function, onReturn, 0, cookie, operation);
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
        Hold hold, LoadedProgram program, string function, bool onReturn, ulong offset, ulong cookie, string operation)
    {
        var what = $"the {(onReturn ? "kretprobe" : "kprobe")} on '{function}'";
        try
        {
            var perfEvent = PerfEvents.OpenProbe("kprobe", function, offset, onReturn, 0, 0, what)
                ?? ProbeEvents.Define(hold, "kprobe_events", $"{function}+{offset}", onReturn, 0, what)
                ?? throw new KernelException(
                    operation, Errno.EOPNOTSUPP, "the kernel has no kprobes",
                    "Use a kernel built with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS, or trace a tracepoint.");
            PerfEvents.Attach(hold, program, perfEvent, cookie);
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENOENT or Errno.EINVAL or Errno.EADDRNOTAVAIL or Errno.EILSEQ)
        {
            throw Refused(refusal, function, operation);
        }
    }

    private static Exception Refused(KernelException refusal, string function, string operation)
    {
        var symbols = KernelSymbols.Current.FindAll(function).Count();
        if (symbols == 0)
        {
            return new UnknownNameException("kernel function", function, TraceableFunctions.Current.Names);
        }

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
