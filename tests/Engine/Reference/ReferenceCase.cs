using System.Text;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>A program and the packets to run it on, one after another.</summary>
internal sealed record ReferenceCase(ProgramDefinition Program, IReadOnlyList<byte[]> Packets)
{
    // The kernel keeps the end of a log that is too long.
    private const int LogSize = 1 << 16;

    /// <summary>The tested instruction sets that the kernel has.</summary>
    public static readonly IReadOnlyList<InstructionSet> InstructionSets =
        [.. new[] { InstructionSet.V2, InstructionSet.V3, InstructionSet.V4 }
            .Where(set => set <= Features.InstructionSet)];

    private static readonly bool HasLoopHelper =
        KernelFacts.RunningVersion >= HelperTable.Get(HelperId.Loop)!.Kernel;

    /// <summary>Whether all loops become functions, not only long ones.</summary>
    public bool OutlinesLoops { get; init; }

    /// <summary>Whether the intermediate form is verified after each pass.</summary>
    public bool VerifiesIr { get; init; } = true;

    /// <summary>The instruction sets to compile for.</summary>
    public IReadOnlyList<InstructionSet> Sets { get; init; } = InstructionSets;

    /// <summary>Compiles, loads and runs the program with each instruction set: the first failure, or null.</summary>
    /// <param name="processor">The index of the processor that the thread is pinned to.</param>
    public ReferenceFailure? Check(int processor)
    {
        var tested = new List<CompiledProgram>();
        var state = new ReferenceState(Program);
        var evaluator = new Evaluator(Program, state);
        var expected = Packets.Select(evaluator.Run).ToArray();
        foreach (var set in Sets)
        {
            if (Check(set, tested, state, expected, processor) is { } failure) return failure;
        }

        return null;
    }

    /// <summary>The compiled program in the verifier's notation, or the reason why there is none.</summary>
    public string Disassemble(InstructionSet set)
    {
        try
        {
            return Disassembler.FormatProgram([.. Compile(set).Instructions]);
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    private CompiledProgram Compile(InstructionSet set)
    {
        var options = new CompilerOptions { InstructionSet = set, HasLoopHelper = HasLoopHelper };
        if (!VerifiesIr) options = options with { AfterPass = null };
        if (OutlinesLoops) options = options with { LongRounds = 1 };
        return ProgramCompiler.Compile(Program, options);
    }

    private ReferenceFailure? Check(InstructionSet set, List<CompiledProgram> tested, ReferenceState state,
        EvaluationResult[] expected, int processor)
    {
        CompiledProgram compiled;
        try
        {
            compiled = Compile(set);
        }
        catch (CompileException exception) when (exception.Id is "IndexOutOfRange" or "OffsetOutOfRange")
        {
            // A constant can be out of range, which is the author's mistake.
            return null;
        }
        catch (Exception exception)
        {
            var place = exception.StackTrace?.Split('\n')[0];
            var signature = exception is CompileException { Id: var id } ? id : $"{exception.GetType().Name}{place}";
            return new ReferenceFailure(ReferenceFailureKind.Compiler, set, signature, exception.ToString());
        }

        // Most programs are the same with two of the instruction sets.
        if (tested.Exists(other => other.Instructions.SequenceEqual(compiled.Instructions))) return null;
        tested.Add(compiled);
        LoadedProgram loaded;
        try
        {
            loaded = LoopRetry.Load(compiled, (each, _) => new LoadedProgram(each));
        }
        catch (KernelException exception)
        {
            const string TooComplex = "too complex";
            var log = exception.Errno == Errno.E2BIG ? TooComplex : Explain(compiled);
            return new ReferenceFailure(ReferenceFailureKind.Verifier, set, Reason(log), $"{exception.Message}\n{log}");
        }

        using (loaded)
        {
            var problems = new StringBuilder();
            for (var i = 0; i < Packets.Count; i++)
            {
                var actual = loaded.Run(Packets[i]);
                if (actual.Verdict != expected[i].Verdict)
                    problems.AppendLine($"verdict {expected[i].Verdict}, is {actual.Verdict}");
                if (!actual.Packet.AsSpan().SequenceEqual(expected[i].Packet))
                {
                    problems.AppendLine($"packet {Convert.ToHexString(expected[i].Packet)}")
                        .AppendLine($"    is {Convert.ToHexString(actual.Packet)}");
                }

                if (i == Packets.Count - 1) CompareState(loaded, state, processor, problems);
                if (problems.Length > 0)
                {
                    return new ReferenceFailure(ReferenceFailureKind.Difference, set, "",
                        $"after packet {i} ({Convert.ToHexString(Packets[i])}):\n{problems}");
                }
            }
        }

        return null;
    }

    private void CompareState(LoadedProgram loaded, ReferenceState state, int processor, StringBuilder problems)
    {
        foreach (var variable in Program.Variables)
        {
            CompareValue(variable.Name, variable.Type, state[variable], loaded.Read(variable, processor), problems);
        }

        foreach (var map in Program.Maps)
        {
            if (map.Key is null)
            {
                var (queue, actual) = (state[map].Queue, loaded.Drain(map));
                for (var i = 0; i < Math.Max(queue.Count, actual.Count); i++)
                {
                    CompareValue($"{map.Name} value {i}", map.Value!, queue.ElementAtOrDefault(i),
                        actual.ElementAtOrDefault(i), problems);
                }

                continue;
            }

            var (wanted, there) = (state[map].Entries, loaded.Read(map, processor));
            foreach (var key in wanted.Keys.Union(there.Keys, ByteArrayComparer.Instance))
            {
                CompareValue($"{map.Name}[{Show(map.Key, key)}]", map.Value!,
                    wanted.GetValueOrDefault(key), there.GetValueOrDefault(key), problems);
            }
        }
    }

    private static void CompareValue(
        string name, EbpfType type, byte[]? expected, byte[]? actual, StringBuilder problems)
    {
        if (expected is not null && actual is not null && expected.AsSpan().SequenceEqual(actual)) return;
        problems.AppendLine($"{name} {Show(type, expected)}, is {Show(type, actual)}");
    }

    private static string Show(EbpfType type, byte[]? bytes) =>
        bytes is null ? "absent" : ReferenceValue.Read(type, bytes).ToString();

    // The log ends with the reason and then the statistics. Numbers in it differ from program to program.
    private static string Reason(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var reason = lines.LastOrDefault(l => !l.StartsWith("processed ", StringComparison.Ordinal)
            && !l.Contains("state:", StringComparison.Ordinal)) ?? "";
        return string.Concat(reason.Where(c => !char.IsDigit(c)));
    }

    private static string Explain(CompiledProgram compiled)
    {
        var log = new VerifierLog(1, LogSize);
        try
        {
            using var loaded = new LoadedProgram(compiled, log);
        }
        catch (KernelException)
        {
            const int Shown = 3000;
            return log.Content.Length > Shown ? "…" + log.Content[^Shown..] : log.Content;
        }

        return "The second time the kernel took it.";
    }
}
