using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

public sealed class ProgramGroupTests
{
    public ProgramGroupTests() => Assert.SkipWhen(
        KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");

    [Fact]
    public void Output_of_all_programs_comes_in_its_order()
    {
        var programs = Load(Define("first", 1), Define("second", 2));
        foreach (var index in (int[])[0, 1, 1, 0]) programs[index].TestRun(new byte[64]);
        using var stream = new EventStream(programs);

        var given = new List<string?>();
        stream.Read(
            one => given.Add(one.ToString()), TimeSpan.Zero, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(
            ["@{Number=1; Runs=1}", "@{Number=2; Runs=2}", "@{Number=2; Runs=3}", "@{Number=1; Runs=4}"], given);
        foreach (var program in programs) program.Dispose();
    }

    [Fact]
    public void Programs_share_variables_and_maps_though_one_puts_out_nothing()
    {
        var silent = Declare("silent");
        silent.AddCode(code => code.Increment(silent.Variables[0].Expression));
        var programs = Load(silent, Define("loud", 7));
        foreach (var program in programs) program.TestRun(new byte[64]);

        Assert.All(programs, program => Assert.Equal(2ul, program.Variables["runs"].Value));
        Assert.Equal(programs[0].Maps["seen"].Id, programs[1].Maps["seen"].Id);
        foreach (var program in programs) program.Dispose();
    }

    [Fact]
    public void Lost_records_count_once()
    {
        var programs = Load(Define("first", 1), Define("second", 2));
        foreach (var program in programs) program.TestRun(new byte[64], repeat: 20_000);
        using var reader = new EventReader(programs);
        using var stream = new EventStream(programs);

        var count = reader.Take(int.MaxValue).Count;

        Assert.True(reader.Lost > 0);
        Assert.Equal(40_000, count + reader.Lost);
        Assert.Equal(reader.Lost, stream.TakeLost());
        foreach (var program in programs) program.Dispose();
    }

    [Fact]
    public void One_program_is_not_read_without_the_others()
    {
        var programs = Load(Define("first", 1), Define("second", 2));
        programs[1].TestRun(new byte[64]);
        using var reader = new EventReader(programs[0]);

        Assert.Throws<InvalidOperationException>(() => reader.Take());
        foreach (var program in programs) program.Dispose();
    }

    [Fact]
    public void Error_names_the_hook_unless_all_programs_have_it()
    {
        static ProgramDefinition Of(string target, string field) =>
            new ProgramDefinition("wrong", ProgramType.Tracepoint) { Target = target }.AddCode(code =>
                code.Output([("Value", (Expression)Event.Field(field))]));

        var error = Assert.Throws<CompileException>(() => ProgramGroup.Compile(
            [Of("sched/sched_process_exec", "filename"), Of("sched/sched_process_exit", "filename")]));

        var problem = Assert.Single(error.Diagnostics).Problem;
        Assert.Contains("sched_process_exit", problem, StringComparison.Ordinal);
    }

    private static IReadOnlyList<LoadedProgram> Load(params ProgramDefinition[] definitions) =>
        ProgramGroup.Load(ProgramGroup.Compile(definitions));

    private static ProgramDefinition Declare(string name)
    {
        var definition = new ProgramDefinition(name, ProgramType.Xdp);
        definition.AddVariable("runs", ScalarType.UInt64);
        definition.AddMap("seen", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
        return definition;
    }

    private static ProgramDefinition Define(string name, int number)
    {
        var definition = Declare(name);
        var runs = definition.Variables[0].Expression;
        return definition.AddCode(code =>
            code.Increment(runs).Output([("Number", Expression.Constant(number)), ("Runs", runs)]));
    }
}
