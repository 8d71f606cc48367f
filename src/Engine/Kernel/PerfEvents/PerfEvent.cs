namespace EbpfCat.Kernel;

/// <summary>The descriptor of a perf event (perf_event_open(2)).</summary>
internal sealed unsafe class PerfEvent : FileDescriptor
{
    private const ulong CloseOnExec = 8;

    // linux/perf_event.h: _IO('$', 0), _IO('$', 1) and _IOW('$', 8, __u32).
    private const nuint IoctlEnable = 0x2400;
    private const nuint IoctlDisable = 0x2401;
    private const nuint IoctlSetBpf = 0x40042408;

    private PerfEvent(int number)
        : base(number) { }

    /// <summary>Opens a perf event.</summary>
    /// <param name="attributes">What to count, sample or probe; pointers in it must stay valid during the call.</param>
    /// <param name="processId">The process to watch; 0 for the calling one, -1 for all.</param>
    /// <param name="processor">The processor to watch; -1 for all, which needs one process to watch.</param>
    /// <param name="what">What the event is, for the error message: <c>the tracepoint sched/sched_switch</c>.</param>
    /// <exception cref="KernelException">
    /// EACCES, EPERM: CAP_PERFMON is missing (see kernel.perf_event_paranoid). ENOENT: no such event.
    /// </exception>
    public static PerfEvent Open(PerfEventAttributes attributes, int processId, int processor, string what)
    {
        attributes.Size = (uint)Unsafe.SizeOf<PerfEventAttributes>();
        var number = Libc.SystemCall(
            SystemCallNumbers.Current.PerfEventOpen, (nint)(&attributes), processId, processor, -1, (nint)CloseOnExec);
        return new PerfEvent(Libc.Check(number, $"open {what}", Capability.PerfMon));
    }

    public void Enable() => Control(IoctlEnable, 0, "enable a perf event");

    public void Disable() => Control(IoctlDisable, 0, "disable a perf event");

    /// <summary>Attaches a program without a link. Since Linux 5.15 a link can attach it.</summary>
    public void SetProgram(ProgramDescriptor program)
    {
        using var borrowed = program.Borrow();
        Control(IoctlSetBpf, borrowed.Number, "attach a program to a perf event");
    }

    private void Control(nuint request, nint argument, string operation)
    {
        using var borrowed = Borrow();
        Libc.Check(Libc.DeviceControl(borrowed.Number, request, argument), operation, Capability.PerfMon);
    }
}
