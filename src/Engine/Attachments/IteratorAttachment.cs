using System.Runtime.InteropServices;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Attachments;

/// <summary>
/// A program that goes through objects of the kernel (BPF iterator, Linux 5.8): it runs for each task, open file or other
/// object whenever somebody reads, and what it writes is read. The objects are its definition's target: <c>task</c>,
/// <c>task_file</c>.
/// </summary>
public sealed unsafe class IteratorAttachment : HookAttachment
{
    internal const string KindName = "Iterator";

    private const int BufferSize = 64 * 1024;

    private readonly LinkDescriptor _link;

    private IteratorAttachment(LoadedProgram program, bool ownsProgram, string target, Hold hold)
        : base(program, ownsProgram, target, hold) => _link = hold.Links[0];

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Attaches a program to the objects it was loaded for. It runs when they are read.</summary>
    /// <param name="program">The program, of type Tracing, with the hook Iterator and the objects' name as its target.</param>
    /// <param name="processId">The process to whose objects to keep, of iterators over tasks (Linux 6.1); 0 for all.</param>
    /// <param name="pin">A name to pin the attachment by; see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">
    /// EINVAL: the program was loaded for another hook, or the iterator takes no process. EOPNOTSUPP: the kernel is too old
    /// to keep to a process. EPERM, EACCES: no privilege.
    /// </exception>
    public static IteratorAttachment Attach(
        LoadedProgram program, int processId = 0, string? pin = null, bool ownsProgram = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(processId);
        var target = TracingHooks.TargetOf(program);
        var operation = Check(program, ProgramType.Tracing, $"the iterator '{target}'");
        if (program.AttachType != BpfAttachType.TraceIterator) throw TracingHooks.LoadedForAnother(operation, program, "Iterator");
        if (processId != 0) RequireLinux(new Version(6, 1), operation, "an iterator over the objects of one process");
        // union bpf_iter_link_info: of tasks the ids of thread and process, and a pidfd, 4 bytes each; 16 bytes in all.
        ReadOnlySpan<int> selection = [0, processId, 0, 0];
        var bytes = processId == 0 ? [] : MemoryMarshal.AsBytes(selection).ToArray();
        var hold = Hold.Build(hold => hold.Add(Bpf.CreateIteratorLink(program.Descriptor, bytes)));
        return Complete(new IteratorAttachment(program, ownsProgram, target, hold), pin);
    }

    /// <summary>Goes through the objects once.</summary>
    /// <returns>What the program wrote, in pieces of any length; each is good until the next.</returns>
    /// <exception cref="KernelException">The kernel gave up; E2BIG: the program wrote too much for one object.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Read()
    {
        using var reading = Bpf.CreateIterator(_link);
        var buffer = new byte[BufferSize];
        while (ReadPiece(reading, buffer) is > 0 and var length) yield return buffer.AsMemory(0, length);
    }

    /// <summary>Goes through the objects once, and takes what the program wrote for records of a type.</summary>
    /// <param name="record">The type.</param>
    /// <returns>The records, as <see cref="EbpfType.Read"/> gives them.</returns>
    /// <exception cref="KernelException">The kernel gave up; E2BIG: the program wrote too much for one object.</exception>
    public IEnumerable<object?> Read(EbpfType record)
    {
        ArgumentNullException.ThrowIfNull(record);
        // A piece may end within a record.
        var rest = new byte[record.Size];
        var have = 0;
        foreach (var piece in Read())
        {
            var left = piece;
            while (have + left.Length >= record.Size)
            {
                var missing = record.Size - have;
                left[..missing].CopyTo(rest.AsMemory(have));
                left = left[missing..];
                have = 0;
                yield return record.Read(rest);
            }

            left.CopyTo(rest.AsMemory(have));
            have += left.Length;
        }
    }

    private static int ReadPiece(FileDescriptor reading, byte[] buffer)
    {
        using var borrowed = reading.Borrow();
        fixed (byte* pointer = buffer)
        {
            while (true)
            {
                var length = (int)Libc.Read(borrowed.Number, pointer, (nuint)buffer.Length);
                if (length >= 0) return length;
                if (Libc.LastErrno is not (Errno.EINTR or Errno.EAGAIN))
                    throw Diagnosis.Explain(new Request { Operation = "read an iterator" }, Libc.LastErrno);
            }
        }
    }
}
