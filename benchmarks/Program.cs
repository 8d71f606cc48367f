using EbpfCat.Benchmarks;
using EbpfCat.Benchmarks.Clang;
using EbpfCat.Benchmarks.Reports;
using EbpfCat.Benchmarks.Running;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

PinnedThread.Pin();
var clang = new ClangCompiler(options.Clang);
var (rows, failures) = (new List<Row>(), 0);
try
{
    var report = $"""
        # Benchmarks

        Each program is written twice, in the kernel script's language and in C, and both do the same on the same packets:
        verdict, packet, variables and maps are compared before anything is counted. Both are compiled for instruction set v3;
        the C by {clang.Version} with `{ClangCompiler.Arguments}`. Instructions are slots of eight bytes. Times are the
        lower quartile of many samples of some thousand runs each (BPF_PROG_TEST_RUN), taken by turns, and the least of {Timing.Loads} loads
        of both, as where the kernel puts a program and its maps makes a difference of some hundredths, on Linux {Environment.OSVersion.Version.ToString(2)}.


        """;
    foreach (var benchmark in Suite.Benchmarks.Where(b => b.Name.Contains(options.Only ?? "", StringComparison.OrdinalIgnoreCase)))
    {
        Console.Error.WriteLine(benchmark.Name);
        if (Compare(benchmark) is { } row) rows.Add(row);
        else failures++;
    }

    if (rows.Count > 0) report += ProgramTable.Write(rows, Timing.MeasureEmpty(Suite.Benchmarks[0].Packet, options.Budget));
    if (options.Only is null) report += "\n" + CompileTimes.Write(rows.MaxBy(row => row.Slots)!.Benchmark);
    Console.WriteLine(report);
    if (options.Write) File.WriteAllText(Path.Combine(ProjectDirectory(), "RESULTS.md"), report);
    return failures == 0 ? 0 : 1;
}
catch (Exception problem) when (problem is ClangException or KernelException)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}

Row? Compare(Benchmark benchmark)
{
    try
    {
        var compiled = clang.Compile(benchmark);
        using var pair = Pair.Load(benchmark, compiled, clangFirst: false);
        if (options.Listings is { } directory)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, benchmark.Name + ".ebpfcat.txt"), Disassembler.FormatProgram(pair.Script.Instructions));
            File.WriteAllText(Path.Combine(directory, benchmark.Name + ".clang.txt"), Disassembler.FormatProgram(pair.Clang.Instructions));
        }

        var differences = Equivalence.Check(benchmark, pair.Script, pair.Clang);
        if (differences.Count == 0)
        {
            var (nanoseconds, clangNanoseconds) = Timing.Measure(benchmark, compiled, options.Budget);
            return new Row(benchmark, pair.Script.Slots, pair.Clang.Slots, nanoseconds, clangNanoseconds);
        }

        foreach (var difference in differences) Console.Error.WriteLine($"  {difference}");
    }
#pragma warning disable CA1031 // whatever goes wrong with one program, the others are compared
    catch (Exception problem) when (problem is not ClangException)
#pragma warning restore CA1031
    {
        Console.Error.WriteLine($"  {problem}");
    }

    return null;
}

static string ProjectDirectory()
{
    var directory = AppContext.BaseDirectory;
    while (!File.Exists(Path.Combine(directory, "EbpfCat.Benchmarks.csproj"))) directory = Path.GetDirectoryName(directory)!;
    return directory;
}
