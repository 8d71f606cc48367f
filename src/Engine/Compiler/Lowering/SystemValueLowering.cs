namespace EbpfCat.Compiler;

/// <summary>Lowers values of the current process and of the kernel: ids, clocks, stacks.</summary>
internal sealed class SystemValueLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public Operand Lower(BoundSystemValue system)
    {
        var type = system.Type;
        ScalarOperand Number(Value value) => new((ScalarType)type, value);
        Value Low(Value value) => _b.Make(Op.And, value, _b.Constant(uint.MaxValue));
        switch (system.Value)
        {
            case SystemValue.Time:
                return Number(_b.Call(HelperId.KtimeGetNs));
            case SystemValue.BootTime:
                return Number(_b.Call(HelperId.KtimeGetBootNs));
            case SystemValue.Random:
                return Number(_b.Call(HelperId.GetPrandomU32));
            case SystemValue.Cpu:
                return Number(_b.Call(HelperId.GetSmpProcessorId));
            case SystemValue.ProcessId:
                return Number(ProcessId());
            case SystemValue.ThreadId:
                return Number(InNamespace(0) ?? Low(_b.Call(HelperId.GetCurrentPidTgid)));
            case SystemValue.UserId:
                return Number(Low(_b.Call(HelperId.GetCurrentUidGid)));
            case SystemValue.GroupId:
                return Number(High(_b.Call(HelperId.GetCurrentUidGid)));
            case SystemValue.CgroupId:
                return Number(_b.Call(HelperId.GetCurrentCgroupId));
            case SystemValue.ProcessName:
                // Some kernels leave the bytes behind the name's end as they are: 6.1 does, 5.10 and 6.12 clear them.
                return new DeferredOperand(type,
                    place => _b.Call(HelperId.GetCurrentComm, _b.AddressOf(place), _b.Constant(type.Size)));
            case SystemValue.KernelStack or SystemValue.UserStack:
                return LowerStack(system);
            default:
                throw new UnreachableException($"{system.Value}");
        }
    }

    /// <summary>The id of the process.</summary>
    public Value ProcessId() => InNamespace(4) ?? High(_b.Call(HelperId.GetCurrentPidTgid));

    private Value High(Value value) => _b.Make(Op.Shr, value, _b.Constant(32));

    // A field of struct bpf_pidns_info, which the helper sets to zero for a process of another namespace; null where
    // the ids are those of the initial namespace.
    private Value? InNamespace(int offset)
    {
        const int size = 8;
        if (context.Options.PidNamespace is not { } own) return null;
        var info = context.Memory.Temporary(size);
        _b.Call(HelperId.GetNsCurrentPidTgid, _b.Constant((long)own.Device), _b.Constant((long)own.Inode),
            info.Pointer, _b.Constant(size));
        return _b.Load(info.At(offset), 4);
    }

    // The id of the stack in the program's map of stacks, and the process id for a user stack. Of two stacks with one
    // place in that map, the older stays where something may refer to it; the newer one's id is -EEXIST.
    private PiecesOperand LowerStack(BoundSystemValue system)
    {
        const long reuseStackId = 1 << 10; // BPF_F_REUSE_STACKID: the newer stays
        const long userStack = 1 << 8; // BPF_F_USER_STACK
        var user = system.Value == SystemValue.UserStack;
        var id = _b.Call(HelperId.GetStackId, context.ContextPointer, _b.MapAddress(context.Resources.StackMap!.Value),
            _b.Constant((context.Resources.KeepsStacks ? 0 : reuseStackId) | (user ? userStack : 0)));
        var process = user ? ProcessId() : _b.Constant(0);
        return new PiecesOperand(StackType.Instance, [new Piece(0, 4, id), new Piece(4, 4, process)]);
    }
}
