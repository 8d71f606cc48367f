using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>Programs that count their runs, and helpers to load them.</summary>
internal static class Counting
{
    public static Expression OwnProcess => new SystemValueExpression(SystemValue.ProcessId) == Environment.ProcessId;

    /// <summary>Other tests make the same calls at the same time, in their own threads.</summary>
    public static Expression OwnThread => new SystemValueExpression(SystemValue.ThreadId) == SystemCalls.GetThread();

    // Elsewhere the process is arbitrary: a packet arrives in any process.
    private static readonly HashSet<ProgramType> OfProcesses =
    [
        ProgramType.Tracepoint, ProgramType.RawTracepoint, ProgramType.Kprobe, ProgramType.PerfEvent,
        ProgramType.Tracing,
        ProgramType.Lsm,
    ];

    /// <summary>Counts the runs in this thread, or everywhere; for samples, in the whole process.</summary>
    public static ProgramDefinition Define(
        ProgramType type, bool everywhere = false, string? target = null, ProgramHook? hook = null,
        string? verdict = null)
    {
        var definition =
            new ProgramDefinition("counting", type) { Target = target, Hook = hook, DefaultAction = verdict };
        var count = definition.AddVariable("count", ScalarType.UInt64);
        return definition.AddCode(code =>
        {
            if (everywhere || !OfProcesses.Contains(type)) code.Increment(count);
            else code.If(type == ProgramType.PerfEvent ? OwnProcess : OwnThread, then => then.Increment(count));
        });
    }

    public static LoadedProgram Load(
        ProgramType type, bool everywhere = false, string? target = null, ProgramHook? hook = null,
        string? verdict = null) =>
        EbpfProgram.Load(Define(type, everywhere, target, hook, verdict));

    public static long Count(this LoadedProgram program) =>
        Convert.ToInt64(program.Variables["count"].Value, CultureInfo.InvariantCulture);

    /// <summary>Loads a program, or skips the test if the kernel lets nobody load one for the hook.</summary>
    public static LoadedProgram LoadOrSkip(ProgramDefinition definition)
    {
        try
        {
            return EbpfProgram.Load(definition);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.EPERM && refusal.MissingCapabilities.Count == 0)
        {
            Assert.Skip(
                $"the kernel refuses programs for {definition.Hook ?? (object)definition.Type} whoever loads them");
            throw;
        }
    }

    /// <summary>Loads a program given as instructions, some of which load the address of its map.</summary>
    public static LoadedProgram Load(
        ProgramDefinition definition, Instruction[] instructions, Map? map = null, int reference = -1) =>
        ProgramLoader.Load(new CompiledProgram
        {
            Definition = definition,
            Instructions = instructions,
            Maps = map is null ? [] : [map],
            MapReferences = map is null ? [] : [new MapReference(reference, 0)],
            Variables = [],
            Lines = [],
            Functions = [],
            InstructionSet = InstructionSet.V1,
        });

    /// <summary>Attaches without links, as on kernels that lack them.</summary>
    public static T WithoutLinks<T>(Func<T> attach)
    {
        AttachmentHandle.AvoidsLinks = true;
        try
        {
            return attach();
        }
        finally
        {
            AttachmentHandle.AvoidsLinks = false;
        }
    }

    public static bool Has(BpfAttachType attachType) => KernelFacts.RunningVersion >= KernelFacts.Since(attachType);

    /// <summary>Waits until a condition holds, at most half a minute, which an emulated processor can need.</summary>
    public static bool Eventually(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30));
}
