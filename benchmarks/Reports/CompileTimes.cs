using System.Diagnostics;
using System.Text;
using EbpfCat.Benchmarks.Programs;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Benchmarks.Reports;

/// <summary>
/// Measures the time from a definition to the loaded program, and the compile time of programs of growing length.
/// </summary>
internal static class CompileTimes
{
    private const int Loads = 101;
    private const int Compilations = 25;
    private const int LongestProgram = 4000;
    private const int DeepStack = 1 << 28;
    private static readonly int[] Counts = [100, 1000, 4000, 10_000];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    public static string Write(Benchmark largest)
    {
        var text = new StringBuilder();
        text.AppendLine("| from definition to loaded | instructions | median ms | minimum ms | of it compiling |");
        text.AppendLine("|---|---:|---:|---:|---:|");
        WriteLoad(text, "the opening example", OpeningExample);
        WriteLoad(text, $"the largest: {largest.Title}", largest.Define);
        text.AppendLine();
        text.AppendLine("| compiling alone: rules | instructions | minimum ms | µs an instruction |");
        text.AppendLine("|---:|---:|---:|---:|");
        for (var (rules, slots) = (10, 0); slots < LongestProgram; rules *= 2)
        {
            var count = rules;
            var times = Measure(Compilations, () => slots = ProgramCompiler.Compile(Rules(count)).SlotCount);
            text.AppendLine($"| {rules} | {slots} | {times[0]:0.00} | {times[0] * 1000 / slots:0.00} |");
        }

        WriteGrowth(text);
        return text.ToString();
    }

    private static void WriteGrowth(StringBuilder text)
    {
        text.AppendLine();
        text.AppendLine(
            $"| compiling alone: µs an instruction | {string.Join(" | ", Counts.Select(count => $"{count:N0}"))} |");
        text.AppendLine($"|---|{string.Concat(Counts.Select(_ => "---:|"))}");
        foreach (var (name, define) in GrowingPrograms.Shapes)
        {
            var cells = Counts.Select(count => Growth(define, count));
            text.AppendLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    // A chain of branches that is longer than a jump may be, or nested too deeply, is refused.
    private static string Growth(Func<int, ProgramDefinition> define, int count)
    {
        var cell = "refused";
        var thread = new Thread(Run, DeepStack);
        thread.Start();
        thread.Join();
        return cell;

        void Run()
        {
            try
            {
                var (program, slots) = (define(count), 0);
                var times = Measure(Compilations, () => slots = ProgramCompiler.Compile(program).SlotCount);
                cell = $"{times[0] * 1000 / slots:0.0}";
            }
            catch (CompileException)
            {
                // It stays "refused".
            }
        }
    }

    private static void WriteLoad(StringBuilder text, string title, Func<ProgramDefinition> define)
    {
        var slots = 0;
        var times = Measure(Loads, () =>
        {
            using var program = EbpfProgram.Load(define());
            slots = program.InstructionCount;
        });
        var compiling = Measure(Loads, () => EbpfProgram.Compile(define()));
        text.AppendLine(
            $"| {title} | {slots} | {times[times.Count / 2]:0.00} | {times[0]:0.00} | " +
            $"{compiling[compiling.Count / 2]:0.00} |");
    }

    // Milliseconds, ascending, once the code is warm.
    private static List<double> Measure(int count, Action action)
    {
        var times = new List<double>();
        foreach (var warm in new[] { false, true })
        {
            var total = Stopwatch.StartNew();
            for (var turn = 0; turn < count && (turn == 0 || total.Elapsed < Longest); turn++)
            {
                var start = Stopwatch.GetTimestamp();
                action();
                if (warm) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        return times;
    }

    // The first example of the README.
    private static ProgramDefinition OpeningExample()
    {
        var program = new ProgramDefinition("count", ProgramType.Xdp);
        var packets = program.AddVariable("packets", ScalarType.UInt64);
        var sources = program.AddMap("sources", MapType.LruHash, AddressType.IPAddress, ScalarType.UInt64, 4096);
        program.Code
            .If(Packet.IPv4, then => then.Increment(packets).Increment(sources[Packet.IPv4["Source"]]))
            .Return("Pass");
        return program;
    }

    // Rules of a packet filter: each compares header fields, counts and decides.
    private static ProgramDefinition Rules(int count)
    {
        var program = new ProgramDefinition("rules", ProgramType.Xdp);
        var hits = program.AddMap("hits", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, count);
        var bytes = program.AddVariable("bytes", ScalarType.UInt64);
        var code = program.Code;
        code.If(!Packet.Udp, then => then.Return("Pass"));
        for (var rule = 0; rule < count; rule++)
        {
            var (number, port) = (rule, 1000 + rule * 7);
            code.If((Packet.Udp["DestinationPort"] == port).And(Packet.Length > 100 + number % 50), then => then
                .Increment(hits[number])
                .Increment(bytes, Packet.Length * (number % 5 + 1))
                .If(Packet.Udp["SourcePort"] < 1024, then => then.Return(number % 2 == 0 ? "Drop" : "Pass")));
        }

        code.Return("Pass");
        return program;
    }
}
