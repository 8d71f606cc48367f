using EbpfCat.Bytecode;
using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>
/// Writes the final instructions: offsets of jumps and stack slots filled in, map references and source lines noted.
/// </summary>
internal sealed class Emitter(InstructionSet set)
{
    // BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h.
    private const int MaxSlots = 1_000_000;

    private readonly List<Instruction> _instructions = [];
    private readonly List<MapReference> _maps = [];
    private readonly List<SourceLine> _lines = [];
    private readonly List<FunctionStart> _functions = [];
    private readonly Dictionary<IrFunction, int> _starts = [];
    private readonly List<(int Index, int Slot, IrFunction Function)> _addresses = [];
    private int _slot;

    public IReadOnlyList<Instruction> Instructions => _instructions;
    public IReadOnlyList<MapReference> Maps => _maps;
    public IReadOnlyList<SourceLine> Lines => _lines;
    public IReadOnlyList<FunctionStart> Functions => _functions;

    /// <summary>Appends a function.</summary>
    public void Add(MachineFunction f)
    {
        StackFrame.Arrange(f);
        LongJumps.Relay(f, set);
        _starts[f.Source] = _slot;
        _functions.Add(new FunctionStart(_slot, f.Name, f.ParameterCount));
        var starts = new Dictionary<MachineBlock, int>();
        var at = _slot;
        foreach (var block in f.Blocks)
        {
            starts[block] = at;
            at += block.SlotCount;
        }
        // The verifier requires the line of the first instruction of each function.
        if (f.Blocks.SelectMany(b => b.Instructions).FirstOrDefault(i => i.Line is not null)?.Line is { } first)
            _lines.Add(new SourceLine(_slot, first));
        foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions)) Write(instruction, starts);
    }

    /// <summary>Fills in where functions begin, once all are written.</summary>
    public void Finish()
    {
        if (_slot > MaxSlots) throw TooLong(null);
        foreach (var (index, slot, function) in _addresses)
        {
            _instructions[index] = Instruction.LoadFunction(_instructions[index].Destination,
                _starts[function] - slot - 1);
        }
    }

    private void Write(MachineInstruction i, Dictionary<MachineBlock, int> starts)
    {
        if (i.Line is { } line && _lines[^1].Source != line) _lines.Add(new SourceLine(_slot, line));
        var (dst, src) = ((Register)Math.Max(i.Destination, 0), (Register)Math.Max(i.Source, 0));
        var offset = (short)(i.Offset + (i.Slot?.Offset ?? 0));
        var size = MemorySizes.FromBytes(Math.Max(i.Size, (byte)1));
        var distance = i.Target is { } target ? starts[target] - _slot - 1 : 0;
        var isFar = distance != (short)distance;
        if (isFar && (i.Op != MachineOp.Goto || set < InstructionSet.V4)) throw TooLong(i.Line);
        switch (i.Op)
        {
            case MachineOp.Alu:
                Put(Instruction.Alu(i.Alu, i.Width, dst, src, (short)(i.Signed ? 1 : 0)));
                break;
            case MachineOp.AluImmediate:
                Put(Instruction.AluImmediate(i.Alu, i.Width, dst, (int)i.Immediate, (short)(i.Signed ? 1 : 0)));
                break;
            case MachineOp.Move:
                Put(Instruction.Move(i.Width, dst, src));
                break;
            case MachineOp.MoveImmediate:
                Put(Instruction.MoveImmediate(i.Width, dst, (int)i.Immediate));
                break;
            case MachineOp.SignExtend:
                Put(Instruction.SignExtend(Width.W64, dst, src, (int)i.Immediate));
                break;
            case MachineOp.Negate:
                Put(Instruction.Negate(i.Width, dst));
                break;
            case MachineOp.ByteSwap:
                Put(BitConverter.IsLittleEndian
                    ? Instruction.ToBigEndian(dst, (int)i.Immediate)
                    : Instruction.ToLittleEndian(dst, (int)i.Immediate));
                break;
            case MachineOp.Load:
                Put(i.Signed
                    ? Instruction.LoadSigned(size, dst, src, offset)
                    : Instruction.Load(size, dst, src, offset));
                break;
            case MachineOp.Store:
                Put(Instruction.Store(size, dst, offset, src));
                break;
            case MachineOp.StoreImmediate:
                Put(Instruction.StoreImmediate(size, dst, offset, (int)i.Immediate));
                break;
            case MachineOp.Atomic:
                Put(Instruction.Atomic(i.Atomic, size, dst, offset, src));
                break;
            case MachineOp.LoadImmediate64:
                Put(Instruction.LoadImmediate64(dst, i.Immediate));
                break;
            case MachineOp.LoadMap:
                _maps.Add(new MapReference(_instructions.Count, i.Map));
                Put(Instruction.LoadMap(dst, 0));
                break;
            case MachineOp.LoadMapValue:
                _maps.Add(new MapReference(_instructions.Count, i.Map));
                Put(Instruction.LoadMapValue(dst, 0, (int)i.Immediate));
                break;
            case MachineOp.LoadFunction:
                _addresses.Add((_instructions.Count, _slot, i.Function!));
                Put(Instruction.LoadFunction(dst, 0));
                break;
            case MachineOp.FrameAddress:
                Put(Instruction.Move(Width.W64, dst, Register.R10));
                Put(Instruction.AluImmediate(AluOperation.Add, Width.W64, dst, offset));
                break;
            case MachineOp.Call:
                Put(Instruction.Call((int)i.Immediate));
                break;
            case MachineOp.Jump:
                Put(Instruction.Jump(i.Condition, i.Width, dst, src, (short)distance));
                break;
            case MachineOp.JumpImmediate:
                Put(Instruction.JumpImmediate(i.Condition, i.Width, dst, (int)i.Immediate, (short)distance));
                break;
            case MachineOp.Goto:
                Put(isFar ? Instruction.GotoLong(distance) : Instruction.Goto((short)distance));
                break;
            case MachineOp.Exit:
                Put(Instruction.Exit());
                break;
            default:
                throw new InvalidOperationException($"{i.Op} cannot be written for instruction set {set}.");
        }
    }

    private static CompileException TooLong(SourceSpan? line) => new(
        DiagnosticIds.ProgramTooLong, $"The program has more than the {MaxSlots} instructions that the kernel allows.",
        line, "Split the program with tail calls.");

    private void Put(Instruction instruction)
    {
        _instructions.Add(instruction);
        _slot += instruction.SlotCount;
    }
}
