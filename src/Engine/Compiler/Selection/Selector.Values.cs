using System.Numerics;

namespace EbpfCat.Compiler;

internal sealed partial class Selector
{
    private void SelectValue(Value value)
    {
        if (value.HasEffect)
        {
            SelectEffect(value);
            return;
        }

        var destination = _registers[value.Id];
        // No instruction needs it in a register.
        if (destination == 0) return;
        switch (value.Op)
        {
            case Op.Context:
                Move(destination, (int)Register.R1);
                break;
            case Op.Parameter:
                Move(destination, (int)Register.R1 + (int)value.Immediate);
                break;
            case Op.MapValueAddress:
                var address = Emit(MachineOp.LoadMapValue);
                (address.Destination, address.Map, address.Immediate) = (destination, value.Map, value.Immediate);
                break;
            case Op.Load:
                SelectLoad(value, destination);
                break;
            case Op.SignExtend:
                SelectSignExtend(value, destination);
                break;
            case Op.ByteSwap:
                var swap = Emit(MachineOp.ByteSwap);
                (swap.Destination, swap.Immediate) = (destination, value.Immediate);
                Make(value.Operands[0], destination);
                break;
            case Op.Negate:
                Emit(MachineOp.Negate).Destination = destination;
                Make(value.Operands[0], destination);
                break;
            case Op.And when value.Operands[1].Current is { IsConstant: true } mask:
                SelectMask(value.Operands[0].Current, mask.Immediate, destination);
                break;
            case Op.Opaque:
                if (FarOffsets.MayBeFar(value.Operands[0])) AluImmediate(AluOperation.And, destination, -1, Width.W64);
                Make(value.Operands[0], destination);
                break;
            case Op.MapAddress or Op.FrameAddress or Op.FunctionAddress or Op.Undefined:
                Make(value, destination);
                break;
            default:
                SelectArithmetic(value, destination, Width.W64);
                break;
        }
    }

    private static AluOperation? OperationOf(Op op) => op switch
    {
        Op.Add => AluOperation.Add,
        Op.Sub => AluOperation.Sub,
        Op.Mul => AluOperation.Mul,
        Op.UDiv or Op.SDiv => AluOperation.Div,
        Op.UMod or Op.SMod => AluOperation.Mod,
        Op.And => AluOperation.And,
        Op.Or => AluOperation.Or,
        Op.Xor => AluOperation.Xor,
        Op.Shl => AluOperation.Lsh,
        Op.Shr => AluOperation.Rsh,
        Op.Sar => AluOperation.Arsh,
        _ => null,
    };

    private void SelectArithmetic(Value value, int destination, Width width)
    {
        var operation = OperationOf(value.Op) ?? throw new InvalidOperationException($"No instruction for {value}.");
        var (a, b) = (value.Operands[0].Current, value.Operands[1].Current);
        var signed = value.Op is Op.SDiv or Op.SMod;
        if (b.IsConstant && Degenerate(value.Op, a, b.Immediate) is { } known)
        {
            Make(known, destination);
            return;
        }
        // 32-bit division is several times quicker where both sides fit.
        if (value.Op is Op.UDiv or Op.UMod && ValueRange.FitsIn32(a) && ValueRange.FitsIn32(b)) width = Width.W32;
        if (b.IsConstant && (FitsImmediate(b.Immediate) || (width == Width.W32 && b.Immediate == (uint)b.Immediate)))
        {
            AluImmediate(operation, destination, (int)b.Immediate, width).Signed = signed;
            Make(a, destination);
            return;
        }
        // dst = a; dst op= b. If b is to end in the same register as the result and the order does not matter, start
        // from b.
        var pending = new List<(Value, int)>();
        if (Simplifier.IsCommutative(value.Op) && IsRemade(a)) (a, b) = (b, a);
        var right = Use(b, pending);
        Alu(operation, destination, right, width).Signed = signed;
        Make(a, destination);
        MakePending(pending);
    }

    // Immediates that the verifier refuses, though the machine defines them for registers: division by zero, long
    // shifts.
    private Value? Degenerate(Op op, Value a, long b) => op switch
    {
        Op.UDiv or Op.SDiv when b == 0 => _f.Constant(0),
        Op.UMod or Op.SMod when b == 0 => a,
        Op.Shl or Op.Shr or Op.Sar when b is < 0 or > 63 =>
            throw new InvalidOperationException($"A shift by {b} was left."),
        _ => null,
    };

    private void SelectMask(Value operand, long mask, int destination)
    {
        if (mask == uint.MaxValue)
        {
            // The upper half is cleared by doing the operation itself in 32 bits.
            if (IsSingleUse(operand) && operand.Op is Op.Add or Op.Sub or Op.Mul or Op.Or or Op.Xor or Op.And
                && _registers[operand.Id] == 0 && _uses[operand.Id] == 1)
            {
                SelectArithmetic(operand, destination, Width.W32);
                return;
            }

            if (operand.Op == Op.Shl && IsSingleUse(operand) && _registers[operand.Id] == 0
                && operand.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 32 })
            {
                SelectArithmetic(operand, destination, Width.W32);
                return;
            }

            var move = Emit(MachineOp.Move);
            (move.Destination, move.Source, move.Width) = (destination, RegisterOf(operand), Width.W32);
            return;
        }

        if (FitsImmediate(mask))
        {
            AluImmediate(AluOperation.And, destination, mask);
            Make(operand, destination);
            return;
        }

        if (mask == (uint)mask)
        {
            AluImmediate(AluOperation.And, destination, (int)mask, Width.W32);
            Make(operand, destination);
            return;
        }

        var ones = BitOperations.PopCount((ulong)mask);
        if (mask == Simplifier.Mask(ones))
        {
            AluImmediate(AluOperation.Rsh, destination, 64 - ones);
            AluImmediate(AluOperation.Lsh, destination, 64 - ones);
            Make(operand, destination);
            return;
        }

        var register = _out.NewRegister();
        Alu(AluOperation.And, destination, register);
        Make(operand, destination);
        Constant(register, mask);
    }

    private void SelectSignExtend(Value value, int destination)
    {
        var operand = value.Operands[0].Current;
        var bits = (int)value.Immediate;
        if (_set >= InstructionSet.V4 && (bits is 8 or 16 or 32))
        {
            if (operand.Op == Op.Load && operand.Size * 8 == bits && IsSingleUse(operand)
                && operand.Region != MemoryRegion.Context)
            {
                // The load itself extends.
                _signedLoads[operand.Id] = true;
                _registers[operand.Id] = destination;
                return;
            }

            var extend = Emit(MachineOp.SignExtend);
            (extend.Destination, extend.Immediate) = (destination, bits);
            var pending = new List<(Value, int)>();
            extend.Source = Use(operand, pending);
            MakePending(pending);
            return;
        }

        AluImmediate(AluOperation.Arsh, destination, 64 - bits);
        AluImmediate(AluOperation.Lsh, destination, 64 - bits);
        Make(operand, destination);
    }

    // ---- memory

    private readonly record struct Address(int Register, StackSlot? Slot, int Offset);

    // A base register and an offset that the instruction itself adds.
    private Address AddressOf(Value pointer, long offset, List<(Value, int)> pending)
    {
        pointer = pointer.Current;
        if (FrameBase(pointer) is var (slot, inside))
            return new Address(MachineInstruction.FramePointer, slot, inside + (int)offset);
        if (pointer.Op == Op.Add && pointer.Operands[1].Current is { IsConstant: true } constant
            && offset + constant.Immediate is var sum && sum == (short)sum)
        {
            return new Address(Use(pointer.Operands[0], pending), null, (int)sum);
        }

        return new Address(Use(pointer, pending), null, (int)offset);
    }

    private void SelectLoad(Value value, int destination)
    {
        var load = Emit(MachineOp.Load);
        var pending = new List<(Value, int)>();
        var address = AddressOf(value.Operands[0], value.Immediate, pending);
        (load.Destination, load.Size, load.Signed) = (destination, value.Size, _signedLoads[value.Id]);
        (load.Source, load.Slot, load.Offset) = (address.Register, address.Slot, address.Offset);
        MakePending(pending);
    }

    private void SelectEffect(Value value)
    {
        switch (value.Op)
        {
            case Op.Store:
                SelectStore(value);
                break;
            case Op.AtomicAdd:
                SelectAtomic(value);
                break;
            default:
                SelectCall(value);
                break;
        }
    }

    private void SelectStore(Value value)
    {
        var stored = value.Operands[1].Current;
        var pending = new List<(Value, int)>();
        var address = AddressOf(value.Operands[0], value.Immediate, pending);
        if (stored.IsConstant && (value.Size < 8 || FitsImmediate(stored.Immediate)))
        {
            var store = Emit(MachineOp.StoreImmediate);
            store.Immediate = value.Size switch
            {
                1 => (sbyte)stored.Immediate,
                2 => (short)stored.Immediate,
                _ => (int)stored.Immediate,
            };
            (store.Destination, store.Slot, store.Offset, store.Size) = (address.Register, address.Slot,
                address.Offset, value.Size);
        }
        else
        {
            var store = Emit(MachineOp.Store);
            store.Source = Use(stored, pending);
            (store.Destination, store.Slot, store.Offset, store.Size) = (address.Register, address.Slot,
                address.Offset, value.Size);
        }

        MakePending(pending);
    }

    private void SelectAtomic(Value value)
    {
        var atomic = Emit(MachineOp.Atomic);
        var pending = new List<(Value, int)>();
        var address = AddressOf(value.Operands[0], value.Immediate, pending);
        atomic.Source = Use(value.Operands[1], pending);
        (atomic.Atomic, atomic.Size) = (AtomicOperation.Add, value.Size);
        (atomic.Destination, atomic.Slot, atomic.Offset) = (address.Register, address.Slot, address.Offset);
        MakePending(pending);
    }

    private void SelectCall(Value value)
    {
        if (_registers[value.Id] is not 0 and var result) Move(result, (int)Register.R0);
        var call = Emit(MachineOp.Call);
        (call.Immediate, call.ArgumentCount) = (value.Immediate, value.Operands.Length);
        for (var i = value.Operands.Length - 1; i >= 0; i--) Make(value.Operands[i], (int)Register.R1 + i);
    }
}
