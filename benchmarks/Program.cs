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

        Each program is written twice, in the language of kernel scripts and in C. Verdict, packet, variables and maps
        of both are compared on the same packets before anything is measured. Both find headers behind up to two VLAN
        tags, and TCP and UDP behind up to eight IPv6 extension headers. Both are compiled for instruction set v3, the C
        by {clang.Version} with `{ClangCompiler.Arguments}`. Instructions are counted in slots of eight bytes.

        A time is the lower quartile of many samples of several thousand runs each (BPF_PROG_TEST_RUN); samples of the
        two programs alternate. Both are loaded {Timing.Loads} times, and the minimum counts, because the addresses of a
        program and its maps change its time by a few percent. Linux
        {Environment.OSVersion.Version.ToString(2)} ran them.


        """;
    var only = options.Only ?? "";
    foreach (var benchmark in Suite.Benchmarks.Where(b => b.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
    {
        Console.Error.WriteLine(benchmark.Name);
        if (Compare(benchmark) is { } row) rows.Add(row);
        else failures++;
    }

    if (rows.Count > 0)
        report += ProgramTable.Write(rows, Timing.MeasureEmpty(Suite.Benchmarks[0].Packet, options.Budget));
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
            File.WriteAllText(Path.Combine(directory, benchmark.Name + ".ebpfcat.txt"),
                Disassembler.FormatProgram(pair.Script.Instructions));
            File.WriteAllText(Path.Combine(directory, benchmark.Name + ".clang.txt"),
                Disassembler.FormatProgram(pair.Clang.Instructions));
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
    while (!File.Exists(Path.Combine(directory, "EbpfCat.Benchmarks.csproj")))
        directory = Path.GetDirectoryName(directory)!;
    return directory;
}
