namespace EbpfCat.Compiler;

/// <summary>
/// A machine instruction whose registers are numbers: 0 to 10 the machine's own, above that virtual ones. −1 is none.
/// </summary>
internal sealed class MachineInstruction(MachineOp op)
{
    public const int None = -1;
    public const int FramePointer = 10;
    public const int FirstVirtual = 11;

    public MachineOp Op { get; set; } = op;
    public int Destination { get; set; } = None;
    public int Source { get; set; } = None;
    public long Immediate { get; set; }
    public int Offset { get; set; }
    public Width Width { get; set; } = Width.W64;
    public AluOperation Alu { get; set; }
    public JumpOperation Condition { get; set; }
    public AtomicOperation Atomic { get; set; }
    public byte Size { get; set; }

    /// <summary>For a load or a division: whether it is the signed kind.</summary>
    public bool Signed { get; set; }

    /// <summary>The slot that a frame address or a memory access through the frame pointer means.</summary>
    public StackSlot? Slot { get; set; }

    /// <summary>The map that an address is of.</summary>
    public int Map { get; set; }

    /// <summary>The function that an address is of.</summary>
    public IrFunction? Function { get; set; }

    /// <summary>The number of arguments of a call.</summary>
    public int ArgumentCount { get; set; }

    public MachineBlock? Target { get; set; }
    public SourceSpan? Line { get; set; }

    public bool IsJump => Op is MachineOp.Jump or MachineOp.JumpImmediate;

    public bool EndsBlock => Op is MachineOp.Goto or MachineOp.Exit;

    /// <summary>Whether it copies one whole register to another.</summary>
    public bool IsCopy => Op == MachineOp.Move && Width == Width.W64;

    /// <summary>Whether the result depends on no register, so that it can be rematerialized anywhere.</summary>
    public bool IsRematerializable => Op is MachineOp.MoveImmediate or MachineOp.LoadImmediate64 or MachineOp.LoadMap
        or MachineOp.LoadMapValue or MachineOp.LoadFunction or MachineOp.FrameAddress;

    /// <summary>The number of slots of eight bytes.</summary>
    public int SlotCount => Op switch
    {
        MachineOp.LoadImmediate64 or MachineOp.LoadMap or MachineOp.LoadMapValue or MachineOp.LoadFunction
            or MachineOp.FrameAddress => 2,
        _ => 1,
    };

    /// <summary>The register it writes besides those a call destroys; −1 for none.</summary>
    public int Definition => Op switch
    {
        MachineOp.Alu or MachineOp.AluImmediate or MachineOp.Move or MachineOp.MoveImmediate or MachineOp.SignExtend
            or MachineOp.Negate or MachineOp.ByteSwap or MachineOp.Load or MachineOp.LoadImmediate64
            or MachineOp.LoadMap
            or MachineOp.LoadMapValue or MachineOp.LoadFunction or MachineOp.FrameAddress => Destination,
        _ => None,
    };

    /// <summary>Whether it reads the register that it writes or stores through.</summary>
    public bool ReadsDestination =>
        Op is MachineOp.Alu or MachineOp.AluImmediate or MachineOp.Negate or MachineOp.ByteSwap
        or MachineOp.Store or MachineOp.StoreImmediate or MachineOp.Atomic or MachineOp.Jump or MachineOp.JumpImmediate;

    /// <summary>Whether it reads its source register.</summary>
    public bool ReadsSource =>
        Op is MachineOp.Alu or MachineOp.Move or MachineOp.SignExtend or MachineOp.Load or MachineOp.Store
        or MachineOp.Atomic or MachineOp.Jump;

    /// <summary>Whether it does the same as another; the source line does not count.</summary>
    public bool SameAs(MachineInstruction other) =>
        Op == other.Op && Destination == other.Destination && Source == other.Source && Immediate == other.Immediate
        && Offset == other.Offset && Width == other.Width && Alu == other.Alu && Condition == other.Condition
        && Atomic == other.Atomic && Size == other.Size && Signed == other.Signed && Map == other.Map
        && ReferenceEquals(Slot, other.Slot) && ReferenceEquals(Function, other.Function)
        && ReferenceEquals(Target, other.Target);

    /// <summary>A hash that is equal for equal operations and operands.</summary>
    public int ContentHash() =>
        HashCode.Combine(Op, Destination, Source, Immediate, Offset, (Alu, Condition, Size), Map, Target?.Id);

    public MachineInstruction Clone() => (MachineInstruction)MemberwiseClone();
}
