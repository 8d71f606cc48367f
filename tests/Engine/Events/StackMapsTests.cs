using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Compiler;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Events;

public sealed partial class StackMapsTests
{
    // BPF_F_USER_STACK, and with it BPF_F_REUSE_STACKID.
    private const int Keep = 1 << 8;
    private const int Reuse = Keep | (1 << 10);
    private static readonly Expression Stack = new SystemValueExpression(SystemValue.UserStack);

    // 4,096 stacks of the same depth; some have the same place in the map of stacks.
    [Fact]
    [Trait("Category", "Hooks")]
    public void Stack_in_a_map_is_the_one_that_was_taken_or_unknown()
    {
        const int depth = 12;
        var definition = new ProgramDefinition("paths", ProgramType.Kprobe) { Target = "libc:l64a" };
        definition.Probe = ProbeKind.Uprobe;
        var stacks = definition.AddMap("stacks", MapType.Hash, ScalarType.UInt64, StackType.Instance, 1 << depth);
        definition.AddCode(code => code.Assign(stacks[new EventFieldExpression(["arg0"])], Stack));
        using var program = EbpfProgram.Load(definition);
        using (UprobeAttachment.Attach(program, new("libc", "l64a") { ProcessId = Environment.ProcessId }))
        {
            for (var path = 0; path < 1 << depth; path++) Follow(path, depth);
        }

        var found = program.Maps["stacks"].Entries().Select(entry => (StackReference)entry.Value!)
            .Select(reference => program.Stacks.ReadStack(reference)).ToLookup(stack => stack.IsUnknown);
        Assert.Equal(1 << depth, found[true].Count() + found[false].Count());
        Assert.Equal(found[false].Count(), found[false].Distinct().Count());
        Assert.NotEmpty(found[true]);
        Assert.All(found[true], stack => Assert.Equal((0, "[unknown]"), (stack.Frames.Count, $"{stack}")));
    }

    [Fact]
    public void Place_of_a_stack_is_reused_where_only_events_have_stacks()
    {
        Assert.Contains(Reuse, Immediates(definition => definition.AddCode(code => code.Output([("Stack", Stack)]))));
        Assert.Contains(Keep, Immediates(definition =>
        {
            var last = definition.AddVariable("last", StackType.Instance);
            definition.AddCode(code => code.Assign(last, Stack).Output([("Stack", Stack)]));
        }));
        Assert.Contains(Keep, Immediates(definition =>
        {
            var key = StructType.Create([new("Number", ScalarType.UInt64), new("Stack", StackType.Instance)]);
            var counts = definition.AddMap("counts", MapType.Hash, key, ScalarType.UInt64, 16);
            definition.AddCode(code => code.Increment(counts[Expression.Struct([("Stack", Stack)])]));
        }));

        static IEnumerable<int> Immediates(Action<ProgramDefinition> write)
        {
            var definition = new ProgramDefinition("stacks", ProgramType.Kprobe) { Target = "do_exit" };
            write(definition);
            return ProgramCompiler.Compile(definition).Instructions.Select(each => (int)each.Immediate);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Follow(int path, int steps)
    {
        if (steps == 0) LongToRadix64(path);
        else if ((path >> steps - 1 & 1) == 0) Left(path, steps - 1);
        else Right(path, steps - 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Left(int path, int steps) => Follow(path, steps);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Right(int path, int steps) => Follow(path, steps);

    [LibraryImport("libc", EntryPoint = "l64a")]
    private static partial nint LongToRadix64(long number);
}
