using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>
/// Selects machine instructions. Each block is written from its end to its start, so that a value is computed only if
/// an instruction written before needs it in a register: addressing modes and immediates contain theirs.
/// </summary>
internal sealed partial class Selector
{
    private readonly IrFunction _f;
    private readonly InstructionSet _set;
    private readonly MachineFunction _out;
    private readonly Dictionary<Block, MachineBlock> _blocks = [];
    private readonly int[] _registers;
    private readonly int[] _uses;
    private readonly bool[] _signedLoads;
    private List<MachineInstruction> _reversed = [];
    private SourceSpan? _line;

    private Selector(IrFunction f, InstructionSet set)
    {
        (_f, _set) = (f, set);
        _out = new MachineFunction(f);
        _out.Slots.AddRange(f.Slots);
        _registers = new int[f.ValueCount];
        _uses = UseCounts.Of(f);
        _signedLoads = new bool[f.ValueCount];
    }

    /// <summary>Selects a whole function. Its critical edges must be split.</summary>
    public static MachineFunction Select(IrFunction f, InstructionSet set) => new Selector(f, set).Run();

    private MachineFunction Run()
    {
        foreach (var block in _f.Blocks)
        {
            var machine = new MachineBlock(block.Id, block.LoopDepth);
            _blocks[block] = machine;
            _out.Blocks.Add(machine);
        }

        for (var i = _f.Blocks.Count - 1; i >= 0; i--) SelectBlock(_f.Blocks[i]);
        return _out;
    }

    private void SelectBlock(Block block)
    {
        _reversed = [];
        _line = block.Source;
        SelectExit(block);
        for (var i = block.Body.Count - 1; i >= 0; i--)
        {
            var value = block.Body[i];
            _line = value.Source ?? _line;
            SelectValue(value);
        }

        _reversed.Reverse();
        _blocks[block].Instructions = _reversed;
    }

    // ---- writing, last instruction first

    private MachineInstruction Emit(MachineOp op)
    {
        var instruction = new MachineInstruction(op) { Line = _line };
        _reversed.Add(instruction);
        return instruction;
    }

    private void Move(int destination, int source)
    {
        if (destination == source) return;
        var move = Emit(MachineOp.Move);
        (move.Destination, move.Source) = (destination, source);
    }

    private void Constant(int destination, long value)
    {
        if (value == (int)value)
        {
            var move = Emit(MachineOp.MoveImmediate);
            (move.Destination, move.Immediate) = (destination, value);
        }
        else if (value == (uint)value)
        {
            // A 32-bit move clears the upper half: one slot less than a 64-bit immediate.
            var move = Emit(MachineOp.MoveImmediate);
            (move.Destination, move.Immediate, move.Width) = (destination, (int)value, Width.W32);
        }
        else
        {
            var load = Emit(MachineOp.LoadImmediate64);
            (load.Destination, load.Immediate) = (destination, value);
        }
    }

    private MachineInstruction Alu(AluOperation op, int destination, int source, Width width = Width.W64)
    {
        var alu = Emit(MachineOp.Alu);
        (alu.Alu, alu.Destination, alu.Source, alu.Width) = (op, destination, source, width);
        return alu;
    }

    private MachineInstruction AluImmediate(AluOperation op, int destination, long immediate, Width width = Width.W64)
    {
        var alu = Emit(MachineOp.AluImmediate);
        (alu.Alu, alu.Destination, alu.Immediate, alu.Width) = (op, destination, immediate, width);
        return alu;
    }

    // ---- registers

    /// <summary>The register of a value, from its definition on.</summary>
    private int RegisterOf(Value value)
    {
        value = value.Current;
        ref var register = ref _registers[value.Id];
        if (register == 0) register = _out.NewRegister();
        return register;
    }

    // A value that is cheaper to rematerialize at each use than to keep in a register.
    private static bool IsRemade(Value value) =>
        value.Op is Op.Constant or Op.MapAddress or Op.FrameAddress or Op.FunctionAddress or Op.Undefined;

    // Computes a value into a given register. Written in reverse: after the instruction that uses it.
    private void Make(Value value, int destination)
    {
        value = value.Current;
        switch (value.Op)
        {
            case Op.Constant:
                Constant(destination, value.Immediate);
                break;
            case Op.Undefined:
                Constant(destination, 0);
                break;
            case Op.MapAddress:
                var map = Emit(MachineOp.LoadMap);
                (map.Destination, map.Map) = (destination, value.Map);
                break;
            case Op.FunctionAddress:
                var function = Emit(MachineOp.LoadFunction);
                (function.Destination, function.Function) = (destination, value.Function);
                break;
            case Op.FrameAddress:
                var frame = Emit(MachineOp.FrameAddress);
                (frame.Destination, frame.Slot, frame.Offset) = (destination, value.Slot, 0);
                break;
            case Op.Add when FrameBase(value) is var (slot, offset):
                var address = Emit(MachineOp.FrameAddress);
                (address.Destination, address.Slot, address.Offset) = (destination, slot, offset);
                break;
            default:
                Move(destination, RegisterOf(value));
                break;
        }
    }

    private static (StackSlot Slot, int Offset)? FrameBase(Value value)
    {
        value = value.Current;
        if (value.Op == Op.FrameAddress) return (value.Slot, 0);
        if (value.Op == Op.Add && value.Operands[0].Current is { Op: Op.FrameAddress } frame
            && value.Operands[1].Current is { IsConstant: true } constant)
        {
            return (frame.Slot, (int)constant.Immediate);
        }

        return null;
    }

    // A register to read a value from. A rematerialized value is computed right before: the caller calls the returned
    // action last.
    private int Use(Value value, List<(Value, int)> pending)
    {
        value = value.Current;
        if (!IsRemade(value) && FrameBase(value) is null) return RegisterOf(value);
        var register = _out.NewRegister();
        pending.Add((value, register));
        return register;
    }

    private void MakePending(List<(Value Value, int Register)> pending)
    {
        foreach (var (value, register) in pending) Make(value, register);
    }

    private static bool FitsImmediate(long value) => value == (int)value;

    private bool IsSingleUse(Value value) => _uses[value.Id] == 1;
}
