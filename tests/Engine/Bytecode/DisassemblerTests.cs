using System.Globalization;
using EbpfCat.Bytecode;
using static EbpfCat.Bytecode.Instruction;
using static EbpfCat.Bytecode.Register;
using static EbpfCat.Bytecode.Width;

namespace EbpfCat.Tests.Bytecode;

public class DisassemblerTests
{
    private static readonly MemorySize[] Sizes = [MemorySize.Byte, MemorySize.Half, MemorySize.Word, MemorySize.Double];

    /// <summary>
    /// Every kind of instruction that the verifier prints unchanged, with operands that it accepts up to there.
    /// </summary>
    private static IEnumerable<Instruction> Samples()
    {
        foreach (var w in new[] { W32, W64 })
        {
            foreach (var op in Enum.GetValues<AluOperation>().Except([AluOperation.Neg, AluOperation.End]))
            {
                yield return Alu(op, w, R7, R8);
                yield return AluImmediate(op, w, R7, 5);
            }

            foreach (var op in new[] { AluOperation.Div, AluOperation.Mod })
            {
                yield return Alu(op, w, R7, R8, 1);
                yield return AluImmediate(op, w, R7, -5, 1);
            }

            foreach (var op in Enum.GetValues<JumpOperation>()
                .Except([JumpOperation.Always, JumpOperation.Call, JumpOperation.Exit]))
            {
                yield return Jump(op, w, R7, R8, 1);
                yield return JumpImmediate(op, w, R7, -3, 1);
            }

            yield return Negate(w, R7);
            yield return MoveImmediate(w, R7, int.MinValue);
            yield return SignExtend(w, R7, R8, 8);
            yield return SignExtend(w, R7, R8, 16);
        }

        yield return SignExtend(W64, R7, R8, 32);
        foreach (var bits in new[] { 16, 32, 64 })
        {
            yield return ToBigEndian(R7, bits);
            yield return ToLittleEndian(R7, bits);
            yield return ByteSwap(R7, bits);
        }

        foreach (var size in Sizes)
        {
            yield return Load(size, R7, R10, -8);
            yield return Store(size, R10, -8, R7);
            yield return StoreImmediate(size, R10, -8, -9);
            yield return Atomic(AtomicOperation.LoadAcquire, size, R7, -8, R10);
            yield return Atomic(AtomicOperation.StoreRelease, size, R10, -8, R7);
        }

        foreach (var size in Sizes[..3])
        {
            yield return LoadSigned(size, R7, R10, -8);
            yield return LoadAbsolute(size, 12);
            yield return LoadIndirect(size, R7, 14);
        }

        foreach (var size in Sizes[2..])
        {
            foreach (var op in Enum.GetValues<AtomicOperation>().Where(op => op < AtomicOperation.LoadAcquire))
                yield return Atomic(op, size, R10, -8, R7);
        }

        yield return Goto(1);
        yield return GotoLong(1);
        yield return MayGoto(1);
        yield return Exit();
        yield return Call(7);
        yield return LoadImmediate64(R7, 0x123456789abcdef0);
        yield return LoadImmediate64(R7, -1);
    }

    public static TheoryData<string, Instruction> SampleData()
    {
        var data = new TheoryData<string, Instruction>();
        foreach (var sample in Samples())
            data.Add(Disassembler.Format(sample), sample);
        return data;
    }

    [Theory]
    [MemberData(nameof(SampleData))]
    public void Format_matches_the_running_kernel_s_verifier(string text, Instruction instruction)
    {
        Assert.SkipUnless(
            InstructionSets.MinimumKernel(instruction) <= Environment.OSVersion.Version,
            "This kernel is too old for it.");
        var log = Verifier.Log(
        [
            // Unknown numbers: the verifier does not print a decided jump as a jump.
            Move(W64, R6, R1), StoreImmediate(MemorySize.Double, R10, -8, 3), MoveImmediate(W64, R0, 0),
            Call(7), Move(W64, R7, R0), Move(W64, R8, R0),
            // The branch around it keeps the code after it reachable.
            JumpImmediate(JumpOperation.Eq, W64, R0, 0, (short)instruction.SlotCount), instruction,
            MoveImmediate(W64, R0, 0), MoveImmediate(W64, R0, 0), Exit(),
        ]);
        Assert.Equal(Verifier.Line(log, 7), text);
    }

    [Fact]
    public void Local_call_prints_as_in_the_running_kernel_s_verifier()
    {
        Instruction[] program = [CallLocal(1), Exit(), MoveImmediate(W64, R0, 0), Exit()];
        Assert.Equal(Verifier.Line(Verifier.Log(program), 0), Disassembler.Format(program[0]));
    }

    [Fact]
    public void Backward_jump_prints_a_negative_offset() => Assert.Equal("goto pc-3", Goto(-3).ToString());

    [Theory]
    [InlineData(false, "fd")]
    [InlineData(true, "id")]
    public void Map_prints_with_the_kind_of_its_number(bool mapsById, string what)
    {
        Assert.Equal($"r1 = map[{what}:5]", Disassembler.Format(LoadMap(R1, 5), mapsById));
        Assert.Equal($"r1 = map[{what}:5][0]+8", Disassembler.Format(LoadMapValue(R1, 5, 8), mapsById));
    }

    [Fact]
    public void References_replaced_at_load_print_their_kind()
    {
        Assert.Equal("r1 = map[idx:2]", LoadMapByIndex(R1, 2).ToString());
        Assert.Equal("r1 = map[idx:2][0]+4", LoadMapValueByIndex(R1, 2, 4).ToString());
        Assert.Equal("r1 = btf[id:7]", LoadBtfVariable(R1, 7).ToString());
        Assert.Equal("r1 = func pc-4", LoadFunction(R1, -4).ToString());
        Assert.Equal("call kernel-function#258", CallKernelFunction(258).ToString());
        Assert.Equal("call unknown#4000", Call(4000).ToString());
    }

    [Fact]
    public void Listing_counts_slots_not_instructions() => Assert.Equal(
        "   0: (18) r1 = map[fd:5]\n   2: (b7) r0 = 2\n   3: (95) exit\n",
        Disassembler.FormatProgram([LoadMap(R1, 5), MoveImmediate(W64, R0, 2), Exit()]));

    [Fact]
    public void Every_opcode_has_a_text_form() => Assert.All(
        Enum.GetValues<Opcode>(),
        opcode => Assert.DoesNotContain("unknown 0x", Disassembler.Format(new(opcode, R1, R2, 0, 0))));

    [Fact]
    public void Current_culture_does_not_affect_the_text()
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "\u2212";
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("*(u8 *)(r1 -4) = -5", StoreImmediate(MemorySize.Byte, R1, -4, -5).ToString());
            Assert.Equal("r1 += -5", AluImmediate(AluOperation.Add, W64, R1, -5).ToString());
            Assert.Equal("goto pc-5", Goto(-5).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
