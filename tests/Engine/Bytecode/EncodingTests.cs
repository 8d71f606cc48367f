using EbpfCat.Bytecode;
using static EbpfCat.Bytecode.Instruction;
using static EbpfCat.Bytecode.Register;
using static EbpfCat.Bytecode.Width;

namespace EbpfCat.Tests.Bytecode;

public class EncodingTests
{
    /// <summary>
    /// The bytes come from an independent assembler, or from RFC 9669 for instructions that it lacks.
    /// </summary>
    public static TheoryData<Instruction, string> KnownBytes => new()
    {
        { Alu(AluOperation.Add, W64, R1, R2), "0f21000000000000" },
        { AluImmediate(AluOperation.Add, W64, R3, 5), "0703000005000000" },
        { AluImmediate(AluOperation.Sub, W64, R1, 7), "1701000007000000" },
        { Alu(AluOperation.Add, W32, R1, R2), "0c21000000000000" },
        { AluImmediate(AluOperation.Mul, W32, R3, 9), "2403000009000000" },
        { Alu(AluOperation.Div, W64, R1, R2), "3f21000000000000" },
        { Alu(AluOperation.Div, W64, R1, R2, 1), "3f21010000000000" },
        { AluImmediate(AluOperation.Mod, W32, R6, 10, 1), "940601000a000000" },
        { Alu(AluOperation.Or, W64, R1, R2), "4f21000000000000" },
        { AluImmediate(AluOperation.And, W64, R1, 0xff), "57010000ff000000" },
        { AluImmediate(AluOperation.Lsh, W64, R4, 32), "6704000020000000" },
        { AluImmediate(AluOperation.Rsh, W64, R4, 3), "7704000003000000" },
        { AluImmediate(AluOperation.Arsh, W64, R4, 3), "c704000003000000" },
        { Negate(W64, R5), "8705000000000000" },
        { Negate(W32, R5), "8405000000000000" },
        { Alu(AluOperation.Xor, W64, R6, R7), "af76000000000000" },
        { MoveImmediate(W64, R0, 1), "b700000001000000" },
        { MoveImmediate(W32, R0, -1), "b4000000ffffffff" },
        { Move(W64, R1, R10), "bfa1000000000000" },
        { Move(W32, R1, R2), "bc21000000000000" },
        { SignExtend(W64, R1, R2, 32), "bf21200000000000" },
        { SignExtend(W32, R1, R2, 8), "bc21080000000000" },
        { ToBigEndian(R2, 16), "dc02000010000000" },
        { ToLittleEndian(R2, 32), "d402000020000000" },
        { ByteSwap(R2, 64), "d702000040000000" },
        { Load(MemorySize.Word, R1, R2, 4), "6121040000000000" },
        { Load(MemorySize.Byte, R1, R2, 255), "7121ff0000000000" },
        { Load(MemorySize.Double, R1, R10, -8), "79a1f8ff00000000" },
        { LoadSigned(MemorySize.Half, R1, R2, 4), "8921040000000000" },
        { Store(MemorySize.Half, R10, -2, R3), "6b3afeff00000000" },
        { Store(MemorySize.Double, R10, -16, R3), "7b3af0ff00000000" },
        { StoreImmediate(MemorySize.Byte, R10, -1, 7), "720affff07000000" },
        { Atomic(AtomicOperation.Add, MemorySize.Double, R1, 0, R2), "db21000000000000" },
        { Atomic(AtomicOperation.Or, MemorySize.Word, R1, 0, R2), "c321000040000000" },
        { Atomic(AtomicOperation.FetchAdd, MemorySize.Double, R1, 8, R2), "db21080001000000" },
        { Atomic(AtomicOperation.CompareExchange, MemorySize.Word, R1, 8, R2), "c3210800f1000000" },
        { Atomic(AtomicOperation.LoadAcquire, MemorySize.Byte, R1, 8, R2), "d321080000010000" },
        { Goto(3), "0500030000000000" },
        { GotoLong(70000), "0600000070110100" },
        { MayGoto(2), "e500020000000000" },
        { Jump(JumpOperation.Eq, W64, R1, R2, 3), "1d21030000000000" },
        { JumpImmediate(JumpOperation.Gt, W64, R1, 5, -2), "2501feff05000000" },
        { Jump(JumpOperation.Slt, W32, R1, R2, 1), "ce21010000000000" },
        { JumpImmediate(JumpOperation.Lt, W32, R1, 9, 1), "a601010009000000" },
        { JumpImmediate(JumpOperation.Sge, W64, R1, -1, 1), "75010100ffffffff" },
        { Call(1), "8500000001000000" },
        { CallLocal(5), "8510000005000000" },
        { CallKernelFunction(258), "8520000002010000" },
        { Exit(), "9500000000000000" },
        { LoadImmediate64(R1, 0x123456789abcdef0), "18010000f0debc9a0000000078563412" },
        { LoadImmediate64(R1, -2), "18010000feffffff00000000ffffffff" },
        { LoadMap(R1, 5), "18110000050000000000000000000000" },
        { LoadMapValue(R1, 5, 24), "18210000050000000000000018000000" },
        { LoadBtfVariable(R1, 7, 3), "18310000070000000000000003000000" },
        { LoadFunction(R1, -4), "18410000fcffffff0000000000000000" },
        { LoadAbsolute(MemorySize.Half, 12), "280000000c000000" },
        { LoadIndirect(MemorySize.Byte, R7, 0), "5070000000000000" },
    };

    [Theory]
    [MemberData(nameof(KnownBytes))]
    public void Instruction_encodes_to_known_bytes(Instruction instruction, string bytes)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "The known bytes are little-endian.");
        Assert.Equal(bytes, Convert.ToHexStringLower(InstructionEncoder.Encode([instruction])));
    }

    [Theory]
    [MemberData(nameof(KnownBytes))]
    public void Known_bytes_decode_to_the_instruction(Instruction instruction, string bytes)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "The known bytes are little-endian.");
        Assert.Equal([instruction], InstructionDecoder.Decode(Convert.FromHexString(bytes)));
    }

    [Fact]
    public void Every_opcode_round_trips_with_any_operands()
    {
        var random = new Random(1);
        var program = Enum.GetValues<Opcode>().SelectMany(opcode => Enumerable.Range(0, 50).Select(_ => new Instruction(
            opcode,
            (Register)random.Next(11),
            (Register)random.Next(11),
            (short)random.Next(short.MinValue, short.MaxValue + 1),
            opcode == Opcode.LoadImmediate64
                ? random.NextInt64(long.MinValue, long.MaxValue)
                : (int)random.NextInt64(int.MinValue, int.MaxValue)))).ToArray();
        var bytes = InstructionEncoder.Encode(program);
        Assert.Equal(InstructionEncoder.CountSlots(program) * 8, bytes.Length);
        Assert.Equal(program, InstructionDecoder.Decode(bytes));
    }

    [Fact]
    public void Encoding_overwrites_all_bytes_of_a_used_buffer()
    {
        var buffer = new byte[24];
        Array.Fill(buffer, (byte)0xff);
        Assert.Equal(24, InstructionEncoder.Encode([LoadMap(R1, 5), Exit()], buffer));
        Assert.Equal(InstructionEncoder.Encode([LoadMap(R1, 5), Exit()]), buffer);
    }

    [Fact]
    public void Buffer_too_small_is_refused() =>
        Assert.Throws<ArgumentException>(() => InstructionEncoder.Encode([LoadMap(R1, 5)], new byte[15]));

    [Fact]
    public void Immediate_too_wide_is_refused_with_its_slot()
    {
        var error = Assert.Throws<BytecodeException>(() => InstructionEncoder.Encode(
            [LoadImmediate64(R1, long.MinValue), Exit() with { Immediate = 1L << 31 }]));
        Assert.Equal(2, error.Slot);
        Assert.Contains("2147483648", error.Message);
    }

    [Fact]
    public void Register_above_r10_is_refused() => Assert.Throws<BytecodeException>(
        () => InstructionEncoder.Encode([MoveImmediate(W64, (Register)11, 0)]));

    [Theory]
    [InlineData("9500000000000000ff00000000000000", 1, "0xff")]
    [InlineData("18010000000000000000000000000000850000", 2, "within a slot")]
    [InlineData("95000000000000001801000000000000", 1, "64-bit immediate")]
    [InlineData("18010000000000009500000000000000", 1, "second slot")]
    public void Invalid_bytes_are_refused_with_their_slot(string bytes, int slot, string reason)
    {
        var error = Assert.Throws<BytecodeException>(() => InstructionDecoder.Decode(Convert.FromHexString(bytes)));
        Assert.Equal(slot, error.Slot);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Invalid_operands_are_refused_at_construction()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteSwap(R1, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => SignExtend(W32, R1, R2, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => LoadSigned(MemorySize.Double, R1, R2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Atomic(AtomicOperation.Add, MemorySize.Byte, R1, 0, R2));
        Assert.Throws<ArgumentOutOfRangeException>(() => LoadAbsolute(MemorySize.Double, 0));
        Assert.Throws<ArgumentException>(() => Jump(JumpOperation.Exit, W64, R1, R2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemorySizes.FromBytes(3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Memory_size_gives_its_number_of_bytes(int bytes) =>
        Assert.Equal(bytes, MemorySizes.FromBytes(bytes).Bytes);
}
