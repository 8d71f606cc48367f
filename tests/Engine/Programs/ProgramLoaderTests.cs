using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

public sealed class ProgramLoaderTests
{
    private static readonly byte[] Packet = [.. Enumerable.Range(0, 64).Select(number => (byte)number)];

    [Theory]
    [InlineData(ProgramType.Xdp, 1, "Drop")]
    [InlineData(ProgramType.Xdp, 2, "Pass")]
    [InlineData(ProgramType.Xdp, 77, "77")]
    [InlineData(ProgramType.Tc, 2, "Drop")]
    [InlineData(ProgramType.Tc, -1, "Unspec")]
    [InlineData(ProgramType.SocketFilter, -1, "Pass")]
    [InlineData(ProgramType.CgroupSkb, 1, "Allow")]
    public void Test_run_returns_the_name_of_the_verdict(ProgramType type, int value, string verdict)
    {
        using var program = ProgramLoader.Load(Sample.Return(value, type: type));
        var run = program.TestRun(Packet, 10);
        Assert.Equal((verdict, value), (run.Verdict, run.ReturnValue));
        Assert.Equal(Packet, run.Packet);
        Assert.InRange(run.NanosecondsPerRun, 0, 1_000_000);
    }

    [Fact]
    public void Socket_filter_sees_the_packet_from_its_first_byte()
    {
        var code = new[]
        {
            Instruction.Move(Width.W64, Register.R6, Register.R1),
            Instruction.LoadAbsolute(MemorySize.Byte, 1),
            Instruction.Exit(),
        };
        using var program =
            ProgramLoader.Load(Sample.Of(new ProgramDefinition("filter", ProgramType.SocketFilter), code));
        Assert.Equal(1, program.TestRun(Packet).ReturnValue);
    }

    [Fact]
    public void Packet_too_short_for_a_test_run_is_explained()
    {
        using var program = ProgramLoader.Load(Sample.Return(2, type: ProgramType.SocketFilter));
        Assert.Contains("14 bytes", Assert.Throws<KernelException>(() => program.TestRun(new byte[5])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Loaded_program_reports_the_kernel_s_information()
    {
        using var program = ProgramLoader.Load(Sample.Counter(name: "a_name_of_more_than_15_letters"));
        Assert.Equal((6, 16), (program.InstructionCount, program.Tag.Length));
        var info = Inventory.FindProgram(program.Id)!;
        Assert.Equal(("a_name_of_more_than_15_letters", program.Tag), (info.Name, info.Tag));
        Assert.Equal([program.Maps[".data"].Id], info.MapIds);
        Assert.Contains(Inventory.Programs(), one => one.Id == program.Id);
        Assert.Contains(Inventory.Maps(), one => one.Id == program.Maps[".data"].Id);
        Assert.NotNull(program.Definition);
        using var again = LoadedProgram.FromId(program.Id);
        Assert.Null(again.Definition);
        Assert.Equal((program.Tag, 6), (again.Tag, again.InstructionCount));
    }

    [Fact]
    public void Loaded_program_carries_its_source_lines()
    {
        var source = new SourceSpan(Sample.File, 3, 5, "    'Pass'", 6);
        using var program = ProgramLoader.Load(Sample.Return(2) with { Lines = [new SourceLine(0, source)] });
        var info = Bpf.GetProgramInfo(program.Descriptor, ProgramInfoParts.Lines);
        using var btf = Bpf.GetBtf(info.BtfId);
        var types = EbpfCat.Btf.BtfTypes.Parse(Bpf.GetBtfInfo(btf, withData: true).Data.ToArray());
        var line = Assert.Single(types.ReadLines(info.LineInfo.Span, info.LineInfoRecordSize));
        Assert.Equal((3, 5, "'Pass'"), (line.Line, line.Column, line.Text));
    }

    [Fact]
    public void Declared_map_is_replaced_by_a_shared_map()
    {
        using var first = ProgramLoader.Load(Sample.Counter());
        var shared =
            new LoadOptions { SharedMaps = new Dictionary<string, LiveMap> { [".data"] = first.Maps[".data"] } };
        using var second = ProgramLoader.Load(Sample.Counter(initialValue: 99), shared);
        second.TestRun(Packet, 2);
        first.TestRun(Packet, 3);
        Assert.Equal((5ul, 5ul), (first.Variables["packets"].Value, second.Variables["packets"].Value));
        Assert.Equal(first.Maps[".data"].Id, second.Maps[".data"].Id);
    }

    [Fact]
    public void Map_to_share_that_the_program_does_not_declare_is_refused()
    {
        using var first = ProgramLoader.Load(Sample.Counter());
        var shared =
            new LoadOptions { SharedMaps = new Dictionary<string, LiveMap> { [".dat"] = first.Maps[".data"] } };
        var refusal = Assert.Throws<ArgumentException>(() => ProgramLoader.Load(Sample.Counter(), shared));
        Assert.StartsWith("The program 'counter' has no map '.dat' to share. Did you mean .data?", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_privilege_names_every_needed_capability()
    {
        var refusal = Tests.Kernel.DiagnosisTests.WithoutCapabilities(() => ProgramLoader.Load(Sample.Counter()));
        Assert.Equal([Capability.Bpf, Capability.NetAdmin], refusal.MissingCapabilities);
        Assert.StartsWith("Cannot load the Xdp program 'counter': ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_of_an_accepted_program_is_kept_on_request()
    {
        using var program = ProgramLoader.Load(Sample.Return(2), new LoadOptions { LogLevel = 2 });
        Assert.Contains("exit", program.Log, StringComparison.Ordinal);
        using var silent = ProgramLoader.Load(Sample.Return(2));
        Assert.Null(silent.Log);
    }

    [Fact]
    public void Newest_instruction_set_of_the_kernel_is_used()
    {
        Assert.SkipWhen(KernelFacts.RunningVersion < new Version(6, 6), "the kernel is older than instruction set 4");
        Assert.Equal(InstructionSet.V4, Features.InstructionSet);
    }

    [Fact]
    public void Definition_can_be_compiled_loaded_and_run()
    {
        var definition = new ProgramDefinition("count", ProgramType.Xdp);
        var packets = definition.AddVariable("packets", ScalarType.UInt64);
        definition.AddCode(code => code.If(EbpfCat.Language.Packet.IPv4, then => then.Increment(packets)));
        using var program = EbpfProgram.Load(definition);
        byte[] ipv4 = [.. new byte[12], 8, 0, 0x45, .. new byte[49]];
        Assert.Equal("Pass", program.TestRun(ipv4, 5).Verdict);
        program.TestRun(Packet, 5);
        Assert.Equal(5ul, program.Variables["packets"].Value);
    }

    [Fact]
    [Trait("Category", "Timing")]
    public void Second_program_loads_within_milliseconds()
    {
        using (ProgramLoader.Load(Sample.Counter()))
        {
        }

        var best = Enumerable.Range(0, 20).Min(_ =>
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using var program = ProgramLoader.Load(Sample.Counter());
            return clock.Elapsed.TotalMilliseconds;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{best} ms");
        Assert.InRange(best, 0, 5);
    }
}
