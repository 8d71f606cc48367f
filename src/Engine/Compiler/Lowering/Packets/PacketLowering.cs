namespace EbpfCat.Compiler;

/// <summary>Lowers accesses to the bytes of the packet.</summary>
internal sealed class PacketLowering(LoweringContext context)
{
    // What the verifier takes for an offset into a packet (MAX_PACKET_OFF in kernel/bpf/verifier.c).
    private const int MaxOffset = 0xffff;

    private readonly IrBuilder _b = context.Builder;
    private readonly SsaVariable _data = new("data");
    private readonly SsaVariable _dataEnd = new("data end");
    private int _packetVersion;

    public void Start()
    {
        if (context.Info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        LoadPointers();
        if (context.Info.Packet == PacketAccess.DirectLinear) PullLinear();
    }

    // After a call that invalidates packet pointers.
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
            var pointer = _b.Load(MemoryRegion.Context, context.ContextPointer, offset, 4);
            // A later load of the same place gives another pointer once the packet has been changed.
            pointer.PacketVersion = _packetVersion + 1;
            _b.Write(variable, pointer);
        }
    }

    // The bytes of a socket buffer may lie in several places: what the program can ask for is brought together first.
    private void PullLinear()
    {
        var need = context.Program.PacketBytes;
        if (need == 0) return;
        var (pull, ready) = (_b.NewBlock(), _b.NewBlock());
        BranchIfHas(Math.Min(need, MaxOffset), ready, pull);
        _b.Start(pull);
        var length = Length();
        var wanted = need > MaxOffset ? length : _b.Select(Comparison.UnsignedLessOrEqual, length, _b.Constant(need));
        _b.Call(HelperId.SkbPullData, context.ContextPointer, wanted);
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
                return _b.Call(HelperId.XdpGetBufferLength, context.ContextPointer);
            case PacketAccess.Direct:
                return _b.Make(Op.Sub, _b.Read(_dataEnd), _b.Read(_data));
            case PacketAccess.DirectLinear or PacketAccess.Copy:
                return _b.Load(MemoryRegion.Context, context.ContextPointer, 0, 4); // __sk_buff.len
            default:
                throw new UnreachableException($"{context.Info.Packet}");
        }
    }

    /// <summary>
    /// Goes on only if the packet has bytes at an offset; gives the place of the first. Where they are copied out they
    /// stay until the statement ends, unless a slot is given for them.
    /// </summary>
    public Place Require(Value? variable, int offset, int size, Block fail, StackSlot? slot = null)
    {
        if (_b.Current is null) return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
        var enough = _b.NewBlock();
        if (context.Info.Packet == PacketAccess.Copy)
        {
            var copy = slot is null ? context.Memory.Temporary(size) : _b.PlaceOf(slot);
            var from = variable is null ? _b.Constant(offset) : _b.Make(Op.Add, variable, _b.Constant(offset));
            var failed = _b.Call(HelperId.SkbLoadBytes, context.ContextPointer, from, copy.Pointer, _b.Constant(size));
            _b.BranchIfNotZero(failed, fail, enough);
            _b.Start(enough);
            return copy;
        }

        var pointer = variable is null ? _b.Read(_data) : _b.Make(Op.Add, _b.Read(_data), variable);
        if (offset > short.MaxValue - size)
        {
            // Farther than an instruction's own offset reaches.
            (pointer, offset) = (_b.Make(Op.Add, pointer, _b.Constant(offset)), 0);
        }

        BranchIfHas(pointer, offset + size, enough, fail);
        _b.Start(enough);
        return new Place(MemoryRegion.Packet, pointer, offset);
    }

    // Bytes anywhere in the packet, by an offset that may be computed.
    public Place PlaceAt(Value offset, int size)
    {
        if (offset.IsConstant)
        {
            // The value of a local may turn out to be one that no packet has.
            if (offset.Immediate < 0 || offset.Immediate > MaxOffset - size)
            {
                _b.Jump(context.DefaultExit);
                return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
            }

            // An instruction has room for a signed offset of 16 bits.
            return offset.Immediate + size <= short.MaxValue
                ? Require(null, (int)offset.Immediate, size, context.DefaultExit)
                : Require(offset, 0, size, context.DefaultExit);
        }
        // A mask that the author wrote is a bound to the verifier, whatever the compiler comes to know of what it
        // masks.
        if (offset is { Op: Op.And }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and <= MaxOffset - 4096 } mask)
        {
            return Require(_b.Make(Op.And, _b.Make(Op.Opaque, offset.Operands[0]), mask), 0, size, context.DefaultExit);
        }
        // A constant part stays out of the pointer, so that neighbours share one check.
        var (variable, addend) = offset is { Op: Op.Add }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 4096 } constant
            && ValueRange.Maximum(offset.Operands[0]) <= uint.MaxValue
            ? (offset.Operands[0].Current, (int)constant.Immediate)
            : (offset, 0);
        if (ValueRange.VisibleMaximum(variable) > MaxOffset - 4096)
        {
            // What the compiler may know of the offset, the verifier does not: it must see a check.
            variable = _b.Make(Op.Opaque, variable);
            var bounded = _b.NewBlock();
            _b.Branch(Comparison.UnsignedLessOrEqual, variable, _b.Constant(MaxOffset - 4096), bounded,
                context.DefaultExit);
            if (!_b.StartIfReached(bounded)) return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
        }
        else
        {
            ValueRange.KeepBounds(variable);
        }

        return Require(variable, addend, size, context.DefaultExit);
    }
}
