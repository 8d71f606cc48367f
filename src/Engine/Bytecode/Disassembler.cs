namespace EbpfCat.Bytecode;

/// <summary>
/// Writes instructions in the notation of the kernel's verifier and of bpftool (kernel/bpf/disasm.c), so that a listing
/// and the verifier's log can be laid side by side. Only maps, kernel variables and functions are given as what they
/// are (<c>map[fd:5]</c>), where the verifier writes a bare number.
/// </summary>
public static class Disassembler
{
    private static readonly string[] UnsignedNames = ["u32", "u16", "u8", "u64"];
    private static readonly string[] SignedNames = ["s32", "s16", "s8", "s64"];

    /// <summary>Writes one instruction: <c>r1 = *(u32 *)(r2 +4)</c>.</summary>
    /// <param name="mapsById">Maps are given by id, as in a program read back from the kernel.</param>
    public static string Format(Instruction instruction, bool mapsById = false) => instruction.Class switch
    {
        InstructionClass.Alu32 => FormatAlu(instruction, 'w'),
        InstructionClass.Alu64 => FormatAlu(instruction, 'r'),
        InstructionClass.Jump or InstructionClass.Jump32 => FormatJump(instruction),
        InstructionClass.Load => FormatLoad(instruction, mapsById),
        _ => FormatMemory(instruction),
    };

    /// <summary>Writes a program, an instruction a line, with slot and opcode: <c>   3: (b7) r0 = 2</c>.</summary>
    /// <param name="mapsById">Maps are given by id, as in a program read back from the kernel.</param>
    public static string FormatProgram(ReadOnlySpan<Instruction> program, bool mapsById = false)
    {
        var listing = new StringBuilder();
        var slot = 0;
        foreach (var instruction in program)
        {
            listing.Append($"{slot,4}: ({(byte)instruction.Opcode:x2}) {Format(instruction, mapsById)}\n");
            slot += instruction.SlotCount;
        }

        return listing.ToString();
    }

    private static string FormatAlu(Instruction i, char prefix)
    {
        var dst = Name(prefix, i.Destination);
        var src = Name(prefix, i.Source);
        return i switch
        {
            { Opcode: Opcode.ToBigEndian } => $"r{(int)i.Destination} = be{i.Immediate} r{(int)i.Destination}",
            { Opcode: Opcode.ToLittleEndian } => $"r{(int)i.Destination} = le{i.Immediate} r{(int)i.Destination}",
            { Opcode: Opcode.ByteSwap } => $"{dst} = bswap{i.Immediate} {dst}",
            { AluOperation: AluOperation.Neg } => $"{dst} = -{dst}",
            { Opcode: Opcode.Mov64Register, Offset: 1 } =>
                $"{dst} = addr_space_cast({src}, {Number((int)i.Immediate >> 16)}, {(ushort)i.Immediate})",
            { Opcode: Opcode.Mov64Register, Offset: -1 } => $"{dst} = &(void __percpu *)({src})",
            { Opcode: Opcode.Mov64Register or Opcode.Mov32Register, Offset: not 0 } => $"{dst} = (s{i.Offset}){src}",
            _ when IsRegister(i) => $"{dst} {Symbol(i)} {src}",
            _ => $"{dst} {Symbol(i)} {Number(i.Immediate)}",
        };
    }

    private static string Symbol(Instruction i) => i.AluOperation switch
    {
        AluOperation.Add => "+=",
        AluOperation.Sub => "-=",
        AluOperation.Mul => "*=",
        AluOperation.Div => i.Offset == 1 ? "s/=" : "/=",
        AluOperation.Or => "|=",
        AluOperation.And => "&=",
        AluOperation.Lsh => "<<=",
        AluOperation.Rsh => ">>=",
        AluOperation.Mod => i.Offset == 1 ? "s%=" : "%=",
        AluOperation.Xor => "^=",
        AluOperation.Mov => "=",
        AluOperation.Arsh => "s>>=",
        _ => Unknown(i),
    };

    private static string FormatJump(Instruction i)
    {
        var prefix = i.Class == InstructionClass.Jump32 ? 'w' : 'r';
        return i.Opcode switch
        {
            Opcode.Goto => $"goto pc{Signed(i.Offset)}",
            Opcode.GotoLong => $"gotol pc{Signed(i.Immediate)}",
            Opcode.MayGoto => $"may_goto pc{Signed(i.Offset)}",
            Opcode.Exit => "exit",
            Opcode.Call => i.CallKind switch
            {
                CallKind.Local => $"call pc{Signed(i.Immediate)}",
                CallKind.KernelFunction => $"call kernel-function#{i.Immediate}",
                _ => $"call {HelperTable.Get((int)i.Immediate)?.FullName ?? "unknown"}#{Number(i.Immediate)}",
            },
            _ => $"if {Name(prefix, i.Destination)} {Comparison(i)} "
                + (IsRegister(i) ? Name(prefix, i.Source) : $"0x{(uint)i.Immediate:x}")
                + $" goto pc{Signed(i.Offset)}",
        };
    }

    private static string Comparison(Instruction i) => i.JumpOperation switch
    {
        JumpOperation.Eq => "==",
        JumpOperation.Gt => ">",
        JumpOperation.Ge => ">=",
        JumpOperation.Set => "&",
        JumpOperation.Ne => "!=",
        JumpOperation.Sgt => "s>",
        JumpOperation.Sge => "s>=",
        JumpOperation.Lt => "<",
        JumpOperation.Le => "<=",
        JumpOperation.Slt => "s<",
        JumpOperation.Sle => "s<=",
        _ => Unknown(i),
    };

    private static string FormatLoad(Instruction i, bool mapsById)
    {
        if (i.Opcode != Opcode.LoadImmediate64)
        {
            var place = ((byte)i.Opcode & 0xe0) == ((byte)Opcode.LoadAbsoluteWord & 0xe0)
                ? Number(i.Immediate) : $"r{(int)i.Source} + {Number(i.Immediate)}";
            return $"r0 = *({SizeName(i, UnsignedNames)} *)skb[{place}]";
        }

        var (low, high) = ((int)i.Immediate, (int)(i.Immediate >> 32));
        var map = mapsById ? "id" : "fd";
        return $"r{(int)i.Destination} = " + i.ImmediateKind switch
        {
            ImmediateKind.MapFd => $"map[{map}:{low}]",
            ImmediateKind.MapValue => $"map[{map}:{low}][0]+{Number(high)}",
            ImmediateKind.MapIndex => $"map[idx:{low}]",
            ImmediateKind.MapIndexValue => $"map[idx:{low}][0]+{Number(high)}",
            ImmediateKind.BtfId => high == 0 ? $"btf[id:{low}]" : $"btf[fd:{high}][id:{low}]",
            ImmediateKind.Function => $"func pc{Signed(low)}",
            _ => $"0x{i.Immediate:x}",
        };
    }

    private static string FormatMemory(Instruction i)
    {
        var type = SizeName(i, UnsignedNames);
        var destination = $"*({type} *)(r{(int)i.Destination} {Signed(i.Offset)})";
        return ((byte)i.Opcode & 0xe7) switch
        {
            (byte)Opcode.LoadWord => $"r{(int)i.Destination} = *({type} *)(r{(int)i.Source} {Signed(i.Offset)})",
            (byte)Opcode.LoadSignedWord =>
                $"r{(int)i.Destination} = *({SizeName(i, SignedNames)} *)(r{(int)i.Source} {Signed(i.Offset)})",
            (byte)Opcode.StoreImmediateWord => $"{destination} = {Number(i.Immediate)}",
            (byte)Opcode.StoreWord => $"{destination} = r{(int)i.Source}",
            (byte)Opcode.AtomicWord => FormatAtomic(i, type, destination),
            _ when i.Opcode == Opcode.NoSpeculation => "nospec",
            _ => Unknown(i),
        };
    }

    private static string FormatAtomic(Instruction i, string type, string destination)
    {
        var (dst, src) = ($"r{(int)i.Destination}", $"r{(int)i.Source}");
        var prefix = i.MemorySize == MemorySize.Double ? "atomic64" : "atomic";
        var place = $"({type} *)({dst} {Signed(i.Offset)})";
        return (AtomicOperation)i.Immediate switch
        {
            AtomicOperation.Add => $"lock {destination} += {src}",
            AtomicOperation.Or => $"lock {destination} |= {src}",
            AtomicOperation.And => $"lock {destination} &= {src}",
            AtomicOperation.Xor => $"lock {destination} ^= {src}",
            AtomicOperation.FetchAdd => $"{src} = {prefix}_fetch_add({place}, {src})",
            AtomicOperation.FetchOr => $"{src} = {prefix}_fetch_or({place}, {src})",
            AtomicOperation.FetchAnd => $"{src} = {prefix}_fetch_and({place}, {src})",
            AtomicOperation.FetchXor => $"{src} = {prefix}_fetch_xor({place}, {src})",
            AtomicOperation.Exchange => $"{src} = {prefix}_xchg({place}, {src})",
            AtomicOperation.CompareExchange => $"r0 = {prefix}_cmpxchg({place}, r0, {src})",
            AtomicOperation.LoadAcquire => $"{dst} = load_acquire(({type} *)({src} {Signed(i.Offset)}))",
            AtomicOperation.StoreRelease => $"store_release({place}, {src})",
            _ => Unknown(i),
        };
    }

    private static bool IsRegister(Instruction i) => ((byte)i.Opcode & 0x08) != 0;

    private static string Name(char prefix, Register register) => $"{prefix}{(int)register}";

    // Not left to the culture, which may have a minus sign of its own.
    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Signed(long value) => value < 0 ? Number(value) : "+" + Number(value);

    private static string SizeName(Instruction i, string[] names) => names[(byte)i.MemorySize >> 3];

    private static string Unknown(Instruction i) => $"unknown 0x{(byte)i.Opcode:x2}";
}
