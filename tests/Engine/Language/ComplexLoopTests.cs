using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Loops that are too complex for the verifier as long as it follows each iteration.</summary>
public sealed class ComplexLoopTests
{
    private const int End = 200;
    private const int Counted = 7;

    public static TheoryData<int, int> Sizes =>
        new MatrixTheoryData<int, int>([150, 200, 500, 1500, 5000], [64, 1400, 1600]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Two_loops_over_bytes_of_the_packet_with_a_break_run(int rounds, int size)
    {
        using var program = Load(TwoLoops(rounds));
        var packet = Bytes(size);
        program.TestRun(packet);
        var bytes = packet.Take(rounds).TakeWhile(value => value != End).ToList();
        Assert.Equal((ulong)bytes.Sum(value => value), program.Variables["sum"].Value);
        Assert.Equal((ulong)packet.Take(rounds).Count(value => value == Counted), program.Variables["counted"].Value);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, 60)]
    [InlineData(ProgramType.Xdp, 3000)]
    [InlineData(ProgramType.Tc, 1000)]
    public void Loop_to_the_length_of_the_packet_runs(ProgramType type, int size)
    {
        var definition = new ProgramDefinition("length", type);
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        var i = CodeBuilder.Local("i");
        definition.Code
            .Assign(i, 0)
            .While(i < Packet.Length, body => body.Increment(sum, Packet.Read(i, ScalarType.UInt8)).Increment(i));
        using var program = Load(definition);
        var packet = Bytes(size);
        program.TestRun(packet);
        Assert.Equal((ulong)packet.Sum(value => value), program.Variables["sum"].Value);
    }

    [Fact]
    public void Nested_loops_over_the_packet_run()
    {
        const int Rounds = 100;
        var definition = Script.Define("nested");
        var pairs = definition.AddVariable("pairs", ScalarType.UInt64);
        var (i, j) = (CodeBuilder.Local("i"), CodeBuilder.Local("j"));
        definition.Code
            .For(i, 0, Rounds - 1, outer => outer
                .For(j, 0, Rounds - 1, inner => inner
                    .If(Packet.Read(i, ScalarType.UInt8) == Packet.Read(j, ScalarType.UInt8),
                        then => then.Increment(pairs))))
            .Return("Pass");
        using var program = Load(definition);
        byte[] packet = [.. Enumerable.Range(0, Rounds).Select(n => (byte)(n % 10))];
        program.TestRun(packet);
        Assert.Equal(1000UL, program.Variables["pairs"].Value);
    }

    [Fact]
    public void Loops_that_search_for_a_header_in_each_iteration_run()
    {
        var definition = Script.Define("search");
        var found = definition.AddVariable("found", ScalarType.UInt64);
        var i = CodeBuilder.Local("i");
        definition.Code
            .For(i, 0, 49, body => body.If(Packet.Tcp.DestinationPort == i, then => then.Increment(found).Break()))
            .For(i, 0, 49, body => body.If(Packet.Udp.DestinationPort == i, then => then.Increment(found, i).Break()));
        using var program = Load(definition);
        var packet = new byte[64];
        (packet[12], packet[14], packet[23], packet[37]) = (8, 0x45, 17, 42);
        program.TestRun(packet);
        Assert.Equal(42UL, program.Variables["found"].Value);
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Offset_without_a_width_grows_by_numbers_from_the_packet_in_nested_loops(ProgramType type)
    {
        var definition = new ProgramDefinition("dns", type);
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        var (at, i, length) = (CodeBuilder.Local("at"), CodeBuilder.Local("i"), CodeBuilder.Local("length"));
        definition.Code
            .Assign(at, 42)
            .For(i, 1, 8, record => record
                .While(true, name => name
                    .Assign(length, Packet.Read(at, ScalarType.UInt8))
                    .If(length == 0, then => then.Increment(at).Break())
                    .If(length >= 192, then => then.Increment(at, 2).Break())
                    .Increment(at, length + 1))
                .Increment(sum, Packet.Read(at, ScalarType.UInt8))
                .Increment(at, Packet.Read(at + 1, ScalarType.UInt8) + 2));
        using var program = Load(definition);
        byte[] packet = [.. Script.Packet()[..42], 2, 1, 1, 1, 5, 0, 10, 1, 7, 192, 12, 20, 0, 0, 30];
        program.TestRun(packet);
        Assert.Equal(60UL, program.Variables["sum"].Value);
    }

    [Fact]
    public void Packet_is_read_after_a_loop_that_changes_its_size()
    {
        var definition = Script.Define("shrink");
        var last = definition.AddVariable("last", ScalarType.UInt64);
        var i = CodeBuilder.Local("i");
        definition.Code
            .For(i, 0, 9_999, body => body
                .If(Packet.Read(3, ScalarType.UInt8) == Packet.Length, then => then.Break())
                .Do(Expression.CallHelper("xdp_adjust_tail", new ContextExpression(), -1)))
            .Increment(last, Packet.Read(2, ScalarType.UInt8))
            .Return("Pass");
        using var program = Load(definition);
        var packet = new byte[64];
        (packet[2], packet[3]) = (9, 40);
        Assert.Equal(40, program.TestRun(packet).Packet.Length);
        Assert.Equal(9UL, program.Variables["last"].Value);
    }

    [Fact]
    public void Compiled_program_is_the_one_that_was_loaded()
    {
        // More than 8192 branches in a row, which no estimate foresees.
        var compiled = EbpfProgram.Compile(OneLoop(4000));
        using var program = Load(compiled.Definition);
        Assert.Single(compiled.Functions);
        Assert.Equal(2, program.Compiled!.Functions.Count);
    }

    [Fact]
    public void Refusal_says_which_kernel_would_load_the_loops()
    {
        var compiled = ProgramCompiler.Compile(
            TwoLoops(1500), new CompilerOptions { InstructionSet = Features.InstructionSet, HasLoopHelper = false });
        var refusal = Assert.Throws<VerifierException>(() => ProgramLoader.Load(compiled));
        Assert.Equal(new Version(5, 17), refusal.RequiredVersion);
        Assert.Contains("bpf_loop", refusal.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_for_another_cause_tells_that_the_loops_were_too_complex()
    {
        var definition = OneLoop(4000);
        definition.Code.Increment(
            definition.Variables[0], Expression.CallHelper("skb_vlan_pop", new ContextExpression()));
        var refusal = Assert.Throws<VerifierException>(() => Load(definition));
        Assert.Contains("skb_vlan_pop", refusal.Explanation, StringComparison.Ordinal);
        Assert.Contains("bpf_loop", refusal.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Instructions_from_elsewhere_are_not_compiled_again()
    {
        var compiled = EbpfProgram.Compile(OneLoop(4000));
        Assert.NotNull(compiled.WithLoopHelper(0));
        Assert.Null((compiled with { Instructions = [.. compiled.Instructions] }).WithLoopHelper(0));
    }

    private static LoadedProgram Load(ProgramDefinition definition)
    {
        Assert.SkipUnless(KernelFacts.RunningVersion >= new Version(5, 17), "the kernel has no bpf_loop");
        return EbpfProgram.Load(definition);
    }

    private static ProgramDefinition OneLoop(int rounds)
    {
        var definition = Script.Define("loop");
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        var (i, value) = (CodeBuilder.Local("i"), CodeBuilder.Local("value"));
        definition.Code.For(i, 0, rounds - 1, body => body
            .If(i >= Packet.Length, then => then.Break())
            .Assign(value, Packet.Read(i, ScalarType.UInt8))
            .If(value == End, then => then.Break())
            .Increment(sum, value));
        return definition;
    }

    // The first loop ends at one value, the second counts another.
    private static ProgramDefinition TwoLoops(int rounds)
    {
        var definition = OneLoop(rounds);
        var counted = definition.AddVariable("counted", ScalarType.UInt64);
        var i = CodeBuilder.Local("i");
        definition.Code
            .For(i, 0, rounds - 1, body => body
                .If(i >= Packet.Length, then => then.Break())
                .If(Packet.Read(i, ScalarType.UInt8) == Counted, then => then.Increment(counted)))
            .Return("Pass");
        return definition;
    }

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 31 % 211))];
}
