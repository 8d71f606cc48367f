namespace EbpfCat.Compiler;

/// <summary>Lowers accesses to the bytes of the packet.</summary>
internal sealed class PacketLowering(LoweringContext context)
{
    // The largest offset in a packet that the verifier allows (MAX_PACKET_OFF in kernel/bpf/verifier.c).
    private const int MaxOffset = 0xffff;

    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly SsaVariable _data = new("data");
    private readonly SsaVariable _dataEnd = new("data end");
    private int _packetVersion;

    public void Start()
    {
        if (context.Info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        LoadPointers();
        if (context.Info.Packet == PacketAccess.DirectLinear) PullLinear();
    }

    /// <summary>Loads the packet pointers again after a call that invalidates them.</summary>
    public void Reload()
    {
        if (context.Info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        _b.Facts = PacketFacts.None;
        _packetVersion++;
        LoadPointers();
    }

    private void LoadPointers()
    {
        var info = context.Info;
        foreach (var (variable, offset) in new[] { (_data, info.DataOffset), (_dataEnd, info.DataEndOffset) })
        {
            _b.Write(variable, LoadContext(offset, 4));
        }
    }

    /// <summary>Loads a field of the context that a change of the packet changes.</summary>
    public Value LoadContext(int offset, int size)
    {
        var field = _b.Load(MemoryRegion.Context, context.ContextPointer, offset, size);
        // After the packet has been changed, a load of the same place gives another value.
        field.PacketVersion = _packetVersion + 1;
        return field;
    }

    // A socket buffer may be in fragments: the bytes that the program may use are made linear first.
    private void PullLinear()
    {
        var need = context.Program.PacketBytes;
        if (need == 0) return;
        var (pull, ready) = (_b.NewBlock(), _b.NewBlock());
        BranchIfHas(Math.Min(need, MaxOffset), ready, pull);
        _b.Start(pull);
        var length = Length();
        var most = context.Program.MaxPacketBytes;
        var bytes = most > MaxOffset ? length : _b.Select(Comparison.UnsignedLessOrEqual, length, _b.Constant(most));
        _b.Call(HelperId.SkbPullData, context.ContextPointer, bytes);
        _packetVersion++;
        LoadPointers();
        _b.Jump(ready);
        _b.Start(ready);
    }

    /// <summary>Branches on whether the packet has at least so many bytes.</summary>
    public void BranchIfHas(int bytes, Block whenTrue, Block whenFalse) =>
        BranchIfHas(_b.Read(_data), bytes, whenTrue, whenFalse);

    /// <summary>Branches on the length of the packet, in all its buffers.</summary>
    public void BranchIfLong(int bytes, Block whenTrue, Block whenFalse)
    {
        if (!context.HasFragments || bytes <= PacketNeeds.FirstBuffer) BranchIfHas(bytes, whenTrue, whenFalse);
        else _b.Branch(Comparison.UnsignedGreaterOrEqual, Length(), _b.Constant(bytes), whenTrue, whenFalse);
    }

    private void BranchIfHas(Value pointer, int bytes, Block whenTrue, Block whenFalse) => _b.Branch(
        Comparison.PacketHas, pointer, _b.Constant(bytes), whenTrue, whenFalse, _b.Read(_dataEnd));

    public Value Length()
    {
        switch (context.Info.Packet)
        {
            case PacketAccess.Direct when context.HasFragments:
                return _b.Call(HelperId.XdpGetBuffLen, context.ContextPointer);
            case PacketAccess.Direct:
                return _b.Make(Op.Sub, _b.Read(_dataEnd), _b.Read(_data));
            case PacketAccess.DirectLinear or PacketAccess.Copy:
                return _b.Load(MemoryRegion.Context, context.ContextPointer, 0, 4); // __sk_buff.len
            default:
                throw new UnreachableException($"{context.Info.Packet}");
        }
    }

    /// <summary>A place for code that is not reached.</summary>
    public Place Unreachable => new(MemoryRegion.Packet, _b.Constant(0), 0);

    /// <summary>The variable part of an offset, or the start of the packet.</summary>
    public Value BaseOf(PacketOffset offset) => offset.Variable
        ?? (context.Info.Packet == PacketAccess.Copy ? _b.Constant(0) : _b.Read(_data));

    /// <summary>The offset as a number.</summary>
    public Value OffsetOf(PacketOffset offset) => offset.Variable is not { } position
        ? _b.Constant(offset.Constant)
        : _b.AddOffset(context.Info.Packet == PacketAccess.Copy ? position : _b.Make(Op.Sub, position, _b.Read(_data)),
            offset.Constant);

    /// <summary>
    /// The same position, of which the verifier knows nothing but a bound: it follows the code behind once, and not for
    /// each of the paths that lead to the position.
    /// </summary>
    public Value Forget(Value position, Block whenFar)
    {
        if (context.Info.Packet == PacketAccess.Copy) return position;
        var offset = _b.Make(Op.Opaque, _b.Make(Op.Sub, _b.Make(Op.Opaque, position), _b.Read(_data)));
        return _b.Guard(Comparison.UnsignedLessOrEqual, offset, _b.Constant(MaxOffset - 4096), whenFar)
            ? _b.Make(Op.Add, _b.Read(_data), offset)
            : position;
    }

    /// <summary>Continues where the packet has bytes at an offset.</summary>
    /// <param name="offset">The offset of the bytes.</param>
    /// <param name="size">Their number.</param>
    /// <param name="whenShort">The target where the packet is too short.</param>
    /// <param name="slot">The slot for the bytes if the program must copy them; null for a temporary.</param>
    public Place CheckBounds(PacketOffset offset, int size, Block whenShort, StackSlot? slot = null)
    {
        if (_b.Current is null) return Unreachable;
        var enough = _b.NewBlock();
        var (pointer, constant) = (BaseOf(offset), offset.Constant);
        if (context.Info.Packet == PacketAccess.Copy)
        {
            var copy = slot is null ? _memory.Temporary(size) : _b.PlaceOf(slot);
            var from = _b.AddOffset(pointer, constant);
            var failed = _b.Call(HelperId.SkbLoadBytes, context.ContextPointer, from, copy.Pointer, _b.Constant(size));
            _b.BranchIfNotZero(failed, whenShort, enough);
            _b.Start(enough);
            return copy;
        }

        if (constant > short.MaxValue - size)
        {
            // An instruction has a signed offset of 16 bits.
            (pointer, constant) = (_b.Make(Op.Add, pointer, _b.Constant(constant)), 0);
        }

        BranchIfHas(pointer, constant + size, enough, whenShort);
        _b.Start(enough);
        return new Place(MemoryRegion.Packet, pointer, constant);
    }

    /// <summary>
    /// Locates bytes at an offset that may be computed; where the packet is too short, the program returns the default
    /// result.
    /// </summary>
    public Place Locate(Value offset, int size, bool isWritten)
    {
        if (context.HasFragments && !isWritten
            && !(offset.IsConstant && offset.Immediate is >= 0 and <= PacketNeeds.FirstBuffer
                && offset.Immediate + size <= PacketNeeds.FirstBuffer))
        {
            return CopyBytes(offset, size);
        }

        if (offset.IsConstant)
        {
            // A local may turn out to have a constant value that is no offset.
            if (offset.Immediate < 0 || offset.Immediate > MaxOffset - size)
            {
                _b.Jump(context.DefaultExit);
                return Unreachable;
            }

            // An instruction has a signed offset of 16 bits.
            return offset.Immediate + size <= short.MaxValue
                ? CheckBounds(new PacketOffset(null, (int)offset.Immediate), size, context.DefaultExit)
                : CheckBounds(At(offset), size, context.DefaultExit);
        }

        if (PointerAt(offset) is { } pointer)
            return CheckBounds(pointer, size, context.DefaultExit);
        // A mask in the source stays in the code, as a bound for the verifier, even if the compiler could remove it.
        if (offset is { Op: Op.And }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and <= MaxOffset - 4096 } mask)
        {
            var masked = _b.Make(Op.And, _b.Make(Op.Opaque, offset.Operands[0]), mask);
            return CheckBounds(At(masked), size, context.DefaultExit);
        }
        // The constant part stays out of the pointer, so that accesses nearby share one check.
        var (variable, addend) = offset is { Op: Op.Add }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 4096 } constant
            && ValueRange.Maximum(offset.Operands[0]) <= uint.MaxValue
            ? (offset.Operands[0].Current, (int)constant.Immediate)
            : (offset, 0);
        if (ValueRange.VisibleMaximum(variable) > MaxOffset - 4096)
        {
            // The verifier must see a check, whatever the compiler knows of the offset.
            variable = _b.Make(Op.Opaque, variable);
            var limit = _b.Constant(MaxOffset - 4096);
            if (!_b.Guard(Comparison.UnsignedLessOrEqual, variable, limit, context.DefaultExit)) return Unreachable;
        }
        else
        {
            ValueRange.KeepBounds(variable);
        }

        return CheckBounds(At(variable, addend), size, context.DefaultExit);
    }

    // The pointer to a header from which the offset was computed, which the verifier need not check again.
    private PacketOffset? PointerAt(Value offset)
    {
        var (position, constant) = offset is { Op: Op.Add }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 4096 } addend
            ? (offset.Operands[0].Current, (int)addend.Immediate)
            : (offset, 0);
        return context.Info.Packet != PacketAccess.Copy && position is { Op: Op.Sub }
            && position.Operands[1].Current == _b.Read(_data) && position.Operands[0].Current != _b.Read(_dataEnd)
            ? new PacketOffset(position.Operands[0].Current, constant)
            : null;
    }

    // Copies bytes that may lie behind the first buffer.
    private Place CopyBytes(Value offset, int size)
    {
        if (!_b.Guard(Comparison.UnsignedLessOrEqual, offset, _b.Constant(MaxOffset), context.DefaultExit))
            return Unreachable;
        var copy = _memory.Temporary(size);
        var failed = _b.Call(
            HelperId.XdpLoadBytes, context.ContextPointer, offset, copy.Pointer, _b.Constant(size));
        return _b.Guard(Comparison.Equal, failed, _b.Constant(0), context.DefaultExit) ? copy : Unreachable;
    }

    private PacketOffset At(Value offset, int constant = 0) =>
        new(context.Info.Packet == PacketAccess.Copy ? offset : _b.Make(Op.Add, _b.Read(_data), offset), constant);
}
