using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class IteratorAttachmentTests
{
    private const int SequenceWrite = 127; // bpf_seq_write

    [Fact]
    public void Each_read_visits_all_tasks()
    {
        RequireIterators();
        using var program = LoadTasks();
        using var attachment = IteratorAttachment.Attach(program);
        for (var time = 0; time < 2; time++)
        {
            var processes = attachment.Read(ScalarType.UInt32).Cast<uint>().ToList();
            Assert.True(processes.Distinct().Count() > 2);
            Assert.Contains((uint)Environment.ProcessId, processes);
        }
    }

    [Fact]
    public void Iterator_visits_only_the_given_process()
    {
        RequireIterators();
        using var program = LoadTasks();
        IteratorAttachment Attach() => IteratorAttachment.Attach(program, new() { ProcessId = Environment.ProcessId });
        if (Newer.IsRefused(new Version(6, 1), () => Attach().Dispose())) return;
        using var attachment = Attach();
        Assert.Equal([(uint)Environment.ProcessId], attachment.Read(ScalarType.UInt32).Cast<uint>().Distinct());
    }

    [Fact]
    public void Unknown_iterator_is_refused_with_similar_names()
    {
        RequireIterators();
        var refusal = Assert.Throws<UnknownNameException>(
            () => Counting.Load(ProgramType.Tracing, target: "task_fill", hook: ProgramHook.Iterator));
        Assert.Contains("task_file", refusal.Suggestions);
    }

    private static void RequireIterators() => Assert.SkipUnless(
        Counting.Has(BpfAttachType.TraceIterator) && BtfTypes.Kernel is not null,
        "iterators came with Linux 5.8, and take BTF");

    // struct bpf_iter__task has a pointer to bpf_iter_meta, which begins with the seq_file, and one to the task.
    private static LoadedProgram LoadTasks()
    {
        var field = BtfTypes.Kernel!.FindStruct("task_struct")!.Value.FindMember("tgid")!.Value;
        return Counting.Load(
            new ProgramDefinition("tasks", ProgramType.Tracing) { Target = "task", Hook = ProgramHook.Iterator },
            [
                Instruction.Load(MemorySize.Double, Register.R2, Register.R1, 8),
                Instruction.JumpImmediate(JumpOperation.Eq, Width.W64, Register.R2, 0, 8),
                Instruction.Load(MemorySize.Word, Register.R2, Register.R2, (short)(field.BitOffset / 8)),
                Instruction.Store(MemorySize.Word, Register.R10, -4, Register.R2),
                Instruction.Load(MemorySize.Double, Register.R1, Register.R1, 0),
                Instruction.Load(MemorySize.Double, Register.R1, Register.R1, 0),
                Instruction.Move(Width.W64, Register.R2, Register.R10),
                Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R2, -4),
                Instruction.MoveImmediate(Width.W64, Register.R3, 4),
                Instruction.Call(SequenceWrite),
                Instruction.MoveImmediate(Width.W64, Register.R0, 0),
                Instruction.Exit(),
            ]);
    }
}
