using System.Runtime.CompilerServices;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;

namespace EbpfCat.Tests.Compiler.Passes;

/// <summary>
/// Runs the cases in the files beside this one, each a function as text, a pass, and the function that it makes of it.
/// With <c>EBPFCAT_WRITE_PASSES=1</c> the expected texts are written anew.
/// </summary>
public sealed class PassTests
{
    private const int Steps = 1000;
    private const string WriteSetting = "EBPFCAT_WRITE_PASSES";

    // The passes by their names in the files.
    private static readonly Dictionary<string, Func<IrFunction, string>> Passes = new()
    {
        ["HelperSizes"] = Of(HelperSizes.Run),
        ["ControlFlow"] = Of(f => ControlFlow.Clean(f)),
        ["ValueNumbering"] = Of(f => ValueNumbering.Run(f)),
        ["MemoryValues"] = Of(f => MemoryValues.Run(f)),
        ["DeadStores"] = Of(f => DeadStores.Run(f)),
        ["CopySplitting"] = Of(f => CopySplitting.Run(f)),
        ["DeadCode"] = Of(f => DeadCode.Run(f)),
        ["PhiOperations"] = Of(f => PhiOperations.Run(f)),
        ["SlotPromotion"] = Of(f => SlotPromotion.Run(f)),
        ["Sinking"] = Of(f => Sinking.Run(f)),
        ["JumpThreading"] = Of(f =>
        {
            var steps = Steps;
            JumpThreading.Run(f, ref steps);
        }),
        ["LengthChecks"] = Of(LengthChecks.Run),
        ["PacketChecks"] = Of(f => PacketChecks.Merge(f)),
        ["ReturnDuplication"] = Of(f => ReturnDuplication.Run(f)),
        ["SignedDivision"] = Of(SignedDivision.Run),
        ["AdditionSinking"] = Of(f => AdditionSinking.Run(f)),
        ["CriticalEdges"] = Of(CriticalEdges.Split),
        ["EarlyStores"] = Of(EarlyStores.Run),
        ["Reassociation"] = Of(Reassociation.Run),
        ["LongLoops"] = OutlineLoops,
        ["Selector v2"] = f => Select(f, InstructionSet.V2),
        ["Selector v4"] = f => Select(f, InstructionSet.V4),
    };

    private static readonly Dictionary<string, Action<MachineFunction>> MachinePasses = new()
    {
        ["RegisterAllocator"] = RegisterAllocator.Allocate,
        ["EarlyMoves"] = EarlyMoves.Run,
        ["EarlyResult"] = EarlyResult.Run,
        ["RedundantMoves"] = RedundantMoves.Run,
        ["SharedTails"] = f => SharedTails.Run(f),
        ["Layout"] = Layout.Arrange,
        ["StackSharing"] = f => StackSharing.Arrange(f, f.Slots),
    };

    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from file in Directory.EnumerateFiles(Folder(), "*.ir").Order(StringComparer.Ordinal)
        from each in PassCase.ReadFile(file)
        select new TheoryDataRow<string, string>(Path.GetFileName(file), each.Title);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pass_gives_the_expected_text(string file, string title)
    {
        var path = Path.Combine(Folder(), file);
        var cases = PassCase.ReadFile(path);
        var each = Assert.Single(cases, each => each.Title == title);
        var (input, output) = MachinePasses.ContainsKey(each.Pass) ? RunOnMachineCode(each) : Run(each);
        if (Environment.GetEnvironmentVariable(WriteSetting) == "1")
        {
            var updated = each with { Input = input, Expected = output };
            PassCase.WriteFile(path, cases.Select(other => other == each ? updated : other));
            return;
        }

        RequireSame("The input, written anew,", each.Input, input);
        RequireSame("The function after the pass", each.Expected, output);
    }

    [Fact]
    public void Every_pass_has_several_cases()
    {
        PassCase[] cases = [.. Directory.EnumerateFiles(Folder(), "*.ir").SelectMany(PassCase.ReadFile)];
        Assert.All(Passes.Keys.Concat(MachinePasses.Keys), pass => Assert.True(
            cases.Count(each => each.Pass == pass) > 1,
            $"The .ir files need two cases at least that begin with '== {pass}: '."));
    }

    private static void RequireSame(string what, string expected, string actual) => Assert.True(
        expected == actual,
        $"{what} differs. If that is meant, write the files anew with {WriteSetting}=1.\n"
        + $"Expected:\n{expected}\nActual:\n{actual}");

    private static (string Input, string Output) Run(PassCase each)
    {
        var f = IrReader.Read(each.Input);
        IrVerifier.Verify("reading", f);
        Assert.True(Passes.TryGetValue(each.Pass, out var pass), $"No pass '{each.Pass}': name it in PassTests.cs.");
        return (IrPrinter.Format(f, numberAnew: true), pass(f));
    }

    private static (string Input, string Output) RunOnMachineCode(PassCase each)
    {
        var f = MachineText.Read(each.Input);
        var input = MachineText.Write(f);
        MachinePasses[each.Pass](f);
        return (input, MachineText.Write(f));
    }

    private static string Select(IrFunction f, InstructionSet set)
    {
        var text = MachineText.Write(Selector.Select(f, set));
        Assert.Equal(text, MachineText.Write(MachineText.Read(text)));
        return text;
    }

    private static Func<IrFunction, string> Of(Action<IrFunction> pass) => f =>
    {
        pass(f);
        return Text(f);
    };

    private static string Text(IrFunction f)
    {
        IrVerifier.Verify("the pass", f);
        var text = IrPrinter.Format(f, numberAnew: true);
        Assert.Equal(text, IrPrinter.Format(IrReader.Read(text), numberAnew: true));
        return text;
    }

    private static string OutlineLoops(IrFunction f)
    {
        var functions = LongLoops.Outline(f, new CompilerOptions { HasLoopHelper = true });
        return string.Concat(functions.Select(each => $"function {each.Name}\n{Text(each)}"));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
