using EbpfCat.Benchmarks.Programs;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Language;
using EbpfCat.Tests.Reference;
using EbpfCat.Types;
using LoadedProgram = EbpfCat.Programs.LoadedProgram;

namespace EbpfCat.Tests.Compiler;

/// <summary>Programs with jumps that are longer than 16 bits of slots.</summary>
public sealed class LongProgramTests
{
    public static TheoryData<InstructionSet> Sets => [.. ReferenceCase.InstructionSets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Chain_of_ten_thousand_branches_runs(InstructionSet set)
    {
        using var program = Load(GrowingPrograms.Shapes["elseif"](10_000), set);
        Assert.Equal(7ul, SumAfter(program, 107));
        Assert.Equal(7ul + 1400, SumAfter(program, 1500));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Ten_thousand_branches_that_return_run(InstructionSet set)
    {
        var definition = Script.Define();
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        for (var i = 0; i < 10_000; i++)
        {
            var number = i;
            definition.Code.If(
                (Packet.Length & 0xfff) == number, then => then.Increment(sum, number).Increment(sum).Return("Drop"));
        }

        definition.Code.Return("Pass");
        using var program = Load(definition, set);
        Assert.Equal(101ul, SumAfter(program, 100));
        Assert.Equal(101ul + 1501, SumAfter(program, 1500));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Loop_with_a_body_longer_than_a_jump_runs(InstructionSet set)
    {
        const int Statements = 12_000;
        var definition = Script.Define();
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        var count = CodeBuilder.Local("count");
        definition.Code.Assign(count, 0).While(count < 3, body =>
        {
            for (var i = 0; i < Statements; i++) body.Increment(sum, count);
            body.If(Packet.Length == 1500, then => then.Break()).Increment(count);
        });
        definition.Code.Return("Pass");
        using var program = Load(definition, set);
        Assert.Equal(0ul, SumAfter(program, 1500));
        Assert.Equal(Statements * (0ul + 1 + 2), SumAfter(program, 60));
    }

    [Fact]
    public void Program_that_fits_has_no_relays()
    {
        var compiled = ProgramCompiler.Compile(GrowingPrograms.Shapes["elseif"](5_000));
        Assert.InRange(compiled.SlotCount, 30_000, short.MaxValue);
        Assert.DoesNotContain(compiled.Instructions, i => i.Opcode == Opcode.GotoLong);
    }

    [Fact]
    public void Program_beyond_the_limit_of_the_kernel_is_refused()
    {
        var function = new MachineFunction(new IrFunction("long", 0));
        var block = new MachineBlock(0, 0);
        block.Instructions.AddRange(Enumerable.Repeat(new MachineInstruction(MachineOp.Exit), 1_000_001));
        function.Blocks.Add(block);
        var emitter = new Emitter(InstructionSet.V3);
        emitter.Add(function);
        var refusal = Assert.Throws<CompileException>(emitter.Finish);
        Assert.Equal("ProgramTooLong", refusal.Id);
    }

    private static LoadedProgram Load(ProgramDefinition definition, InstructionSet set) =>
        ProgramLoader.Load(ProgramCompiler.Compile(definition, new CompilerOptions { InstructionSet = set }));

    private static ulong SumAfter(LoadedProgram program, int packetSize)
    {
        program.TestRun(new byte[packetSize]);
        return (ulong)program.Variables["sum"].Value!;
    }
}
