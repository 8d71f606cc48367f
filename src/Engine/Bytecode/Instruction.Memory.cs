namespace EbpfCat.Bytecode;

public readonly partial record struct Instruction
{
    /// <summary>Loads from memory, zero-extended: <c>r1 = *(u32 *)(r2 +4)</c>.</summary>
    /// <param name="size">How much to load.</param>
    /// <param name="offset">Bytes to add to the address.</param>
    public static Instruction Load(MemorySize size, Register dst, Register src, short offset) =>
        new((Opcode)((byte)Opcode.LoadWord | (byte)size), dst, src, offset, 0);

    /// <summary>Loads from memory, sign-extended to 64 bits: <c>r1 = *(s32 *)(r2 +4)</c>. Linux 6.6.</summary>
    /// <param name="size">How much to load: up to four bytes.</param>
    /// <param name="offset">Bytes to add to the address.</param>
    /// <exception cref="ArgumentOutOfRangeException">Eight bytes have no sign to extend.</exception>
    public static Instruction LoadSigned(MemorySize size, Register dst, Register src, short offset) =>
        size != MemorySize.Double
            ? new((Opcode)((byte)Opcode.LoadSignedWord | (byte)size), dst, src, offset, 0)
            : throw new ArgumentOutOfRangeException(nameof(size), size, "Eight bytes have no sign to extend.");

    /// <summary>Stores a register to memory: <c>*(u32 *)(r1 +4) = r2</c>.</summary>
    /// <param name="size">How much to store.</param>
    /// <param name="offset">Bytes to add to the address.</param>
    /// <param name="src">The value; its low bytes are stored.</param>
    public static Instruction Store(MemorySize size, Register dst, short offset, Register src) =>
        new((Opcode)((byte)Opcode.StoreWord | (byte)size), dst, src, offset, 0);

    /// <summary>Stores a constant to memory: <c>*(u32 *)(r1 +4) = 5</c>.</summary>
    /// <param name="size">How much to store.</param>
    /// <param name="offset">Bytes to add to the address.</param>
    /// <param name="imm">The value, sign-extended if eight bytes are stored.</param>
    public static Instruction StoreImmediate(MemorySize size, Register dst, short offset, int imm) =>
        new((Opcode)((byte)Opcode.StoreImmediateWord | (byte)size), dst, 0, offset, imm);

    /// <summary>
    /// An atomic operation: <c>lock *(u64 *)(r1 +0) += r2</c>. For <see cref="AtomicOperation.LoadAcquire"/> the
    /// registers change roles, as in a load: <paramref name="src"/> is the address, <paramref name="dst"/> the result.
    /// </summary>
    /// <param name="size">Four or eight bytes; any size for load-acquire and store-release.</param>
    /// <param name="offset">Bytes to add to the address.</param>
    /// <param name="src">The operand, and the old value where the operation fetches.</param>
    /// <exception cref="ArgumentOutOfRangeException">The operation does not exist in that size.</exception>
    public static Instruction Atomic(AtomicOperation op, MemorySize size, Register dst, short offset, Register src) =>
        size is MemorySize.Word or MemorySize.Double
            || op is AtomicOperation.LoadAcquire or AtomicOperation.StoreRelease
            ? new((Opcode)((byte)Opcode.AtomicWord | (byte)size), dst, src, offset, (int)op)
            : throw new ArgumentOutOfRangeException(nameof(size), size, "Atomic arithmetic is on 4 or 8 bytes.");

    /// <summary>Sets a register to any 64-bit number: <c>r1 = 0x123456789abcdef</c>. Takes two slots.</summary>
    public static Instruction LoadImmediate64(Register dst, long value) => Pseudo(ImmediateKind.Value, dst, value);

    /// <summary>Sets a register to a map, as helpers take it: <c>r1 = map[fd:5]</c>. Takes two slots.</summary>
    /// <param name="mapFd">The map's file descriptor.</param>
    public static Instruction LoadMap(Register dst, int mapFd) => Pseudo(ImmediateKind.MapFd, dst, (uint)mapFd);

    /// <summary>
    /// Sets a register to an address in the first value of an array map: <c>r1 = map[fd:5][0]+8</c>. Linux 5.2; takes
    /// two slots.
    /// </summary>
    /// <param name="mapFd">The map's file descriptor.</param>
    /// <param name="offset">Bytes from the start of the value.</param>
    public static Instruction LoadMapValue(Register dst, int mapFd, int offset) =>
        Pseudo(ImmediateKind.MapValue, dst, Halves(mapFd, offset));

    /// <summary>Sets a register to a map, by its index in the given descriptors. Linux 5.14; two slots.</summary>
    public static Instruction LoadMapByIndex(Register dst, int index) =>
        Pseudo(ImmediateKind.MapIndex, dst, (uint)index);

    /// <summary>Sets a register to an address in the value of a map given by index. Linux 5.14.</summary>
    public static Instruction LoadMapValueByIndex(Register dst, int index, int offset) =>
        Pseudo(ImmediateKind.MapIndexValue, dst, Halves(index, offset));

    /// <summary>
    /// Sets a register to a function of the program, for a helper to call back: <c>r1 = func pc+5</c>. Linux 5.13;
    /// takes two slots.
    /// </summary>
    /// <param name="offset">
    /// Slots from the slot after this instruction's first, as the kernel counts: the function at slot <c>t</c> is at
    /// <c>t - s - 1</c> for an instruction at slot <c>s</c>.
    /// </param>
    public static Instruction LoadFunction(Register dst, int offset) =>
        Pseudo(ImmediateKind.Function, dst, (uint)offset);

    /// <summary>Sets a register to a kernel variable's address: <c>r1 = btf[id:7]</c>. Linux 5.10; two slots.</summary>
    /// <param name="btfId">The id of a variable in the BTF.</param>
    /// <param name="btfFd">The file descriptor of a kernel module's BTF, or 0 for the kernel itself.</param>
    public static Instruction LoadBtfVariable(Register dst, int btfId, int btfFd = 0) =>
        Pseudo(ImmediateKind.BtfId, dst, Halves(btfId, btfFd));

    /// <summary>
    /// Loads from the packet in network order into R0: <c>r0 = *(u16 *)skb[12]</c>. Socket filters and tc only; a
    /// packet too short ends the program with 0. R6 must hold the context; R1 to R5 are destroyed.
    /// </summary>
    /// <param name="size">Up to four bytes.</param>
    /// <param name="offset">Bytes from the start of the packet.</param>
    /// <exception cref="ArgumentOutOfRangeException">Eight bytes cannot be loaded.</exception>
    public static Instruction LoadAbsolute(MemorySize size, int offset) =>
        new(PacketOpcode(Opcode.LoadAbsoluteWord, size), 0, 0, 0, offset);

    /// <summary>As <see cref="LoadAbsolute"/>, with a register added: <c>r0 = *(u16 *)skb[r7 + 12]</c>.</summary>
    /// <param name="size">Up to four bytes.</param>
    /// <param name="src">The register to add.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <exception cref="ArgumentOutOfRangeException">Eight bytes cannot be loaded.</exception>
    public static Instruction LoadIndirect(MemorySize size, Register src, int offset) =>
        new(PacketOpcode(Opcode.LoadIndirectWord, size), 0, src, 0, offset);

    private static Instruction Pseudo(ImmediateKind kind, Register dst, long value) =>
        new(Opcode.LoadImmediate64, dst, (Register)kind, 0, value);

    private static long Halves(int low, int high) => (uint)low | ((long)high << 32);

    private static Opcode PacketOpcode(Opcode mode, MemorySize size) => size != MemorySize.Double
        ? (Opcode)((byte)mode | (byte)size)
        : throw new ArgumentOutOfRangeException(nameof(size), size, "Packet access loads 1, 2 or 4 bytes.");
}
