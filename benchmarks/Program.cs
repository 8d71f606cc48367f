using EbpfCat.Benchmarks;
using EbpfCat.Benchmarks.Clang;
using EbpfCat.Benchmarks.Reports;
using EbpfCat.Benchmarks.Running;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Programs;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

PinnedThread.Pin();
var compilers = options.Clang.Select(command => new ClangCompiler(command)).ToList();
var missing = compilers.Where(clang => clang.Version is null).ToList();
foreach (var clang in missing)
{
    Console.Error.WriteLine(
        $"{clang.Command} is not installed and is left out (Debian: apt install {clang.Command}; --clang names " +
        "others).");
}

compilers.RemoveAll(missing.Contains);
InstructionSet[] sets = [InstructionSet.V3, InstructionSet.V4];
List<Column> columns =
[
    .. from set in sets
       where Features.InstructionSet >= set
       from clang in compilers.Where(clang => clang.Knows(set)).Prepend(null)
       select new Column(set, clang),
];
var (rows, failures) = (new List<Row>(), 0);
try
{
    var only = options.Only ?? "";
    foreach (var benchmark in Suite.Benchmarks.Where(b => b.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
    {
        Console.Error.WriteLine(benchmark.Name);
        if (Compare(benchmark) is { } row) rows.Add(row);
        else failures++;
    }

    if (rows.Count == 0) return 1;
    var report = Introduction.Write(columns, missing, options) + ProgramTable.Write(rows);
    if (options.HasTimes)
    {
        var empty = Timing.MeasureEmpty(Suite.Benchmarks[0].Packet, options.Budget);
        report += $"\nA run of an empty program takes {empty:0.0} ns, which is in every time above.\n";
        if (options.Only is null)
            report += "\n" + CompileTimes.Write(rows.MaxBy(row => row.Slots[columns[0]])!.Benchmark);
    }

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
        var loaders = columns.ConvertAll(column => column.Compile(benchmark));
        using var sides = new LoadedSides(benchmark, loaders);
        var named = columns.Zip(sides.All).ToList();
        if (options.Listings is { } directory)
        {
            Directory.CreateDirectory(directory);
            foreach (var (column, side) in named)
            {
                File.WriteAllText(Path.Combine(directory, $"{benchmark.Name}.{column.FileName}.txt"),
                    Disassembler.FormatProgram(side.Instructions));
            }
        }

        var differences = Equivalence.Check(benchmark, [.. named.Select(n => (n.First.FileName, n.Second))]);
        if (differences.Count == 0)
        {
            var times = options.HasTimes ? Timing.Measure(benchmark, loaders, options.Budget) : [];
            return new Row(benchmark, named.ToDictionary(n => n.First, n => (double)n.Second.Slots),
                columns.Zip(times).ToDictionary(c => c.First, c => c.Second));
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
