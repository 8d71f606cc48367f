namespace EbpfCat.Attachments;

/// <summary>
/// A BPF iterator (Linux 5.8): reading it runs its program for each task, open file or other kernel object, and gives
/// the output of the program.
/// </summary>
public sealed unsafe class IteratorAttachment : LinkAttachment
{
    private const int BufferSize = 64 * 1024;

    private readonly LinkDescriptor _link;

    private IteratorAttachment(LoadedProgram program, IteratorAttachOptions options, AttachmentHandle handle)
        : base(program, options, options.Target!, handle) => _link = handle.Links[0];

    /// <summary>Attaches a program to the iterator it was loaded for. It runs when the iterator is read.</summary>
    /// <exception cref="KernelException">
    /// EINVAL: the program was loaded for another hook or target, or the iterator takes no process. EOPNOTSUPP: the
    /// kernel is too old to select a process. EPERM, EACCES: no privilege.
    /// </exception>
    public static IteratorAttachment Attach(LoadedProgram program, IteratorAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ProcessId);
        if (options.ProcessId != 0)
            RequireLinux(new Version(6, 1), options.Operation(program), "an iterator over the objects of one process");
        // union bpf_iter_link_info: of tasks the ids of thread and process, and a pidfd, 4 bytes each; 16 bytes in all.
        ReadOnlySpan<int> selection = [0, options.ProcessId, 0, 0];
        var bytes = options.ProcessId == 0 ? [] : MemoryMarshal.AsBytes(selection).ToArray();
        var handle = AttachmentHandle.Build(handle => handle.Add(Bpf.CreateIteratorLink(program.Descriptor, bytes)));
        return Complete(new IteratorAttachment(program, options, handle), options);
    }

    /// <summary>Runs the program for each object, once.</summary>
    /// <returns>The bytes that the program wrote, in pieces of any length; each is valid until the next.</returns>
    /// <exception cref="KernelException">E2BIG: the program wrote too much for one object.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Read()
    {
        using var reading = Bpf.CreateIterator(_link);
        var buffer = new byte[BufferSize];
        while (ReadPiece(reading, buffer) is > 0 and var length) yield return buffer.AsMemory(0, length);
    }

    /// <summary>Runs the program for each object, once, and reads its output as records of a type.</summary>
    /// <returns>The records, as <see cref="EbpfType.Read"/> gives them.</returns>
    /// <exception cref="KernelException">E2BIG: the program wrote too much for one object.</exception>
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

/// <summary>Attaches a program of type Tracing to an iterator.</summary>
/// <param name="Objects">The objects: <c>task</c>, <c>task_file</c>; null for the definition's target.</param>
public sealed record IteratorAttachOptions(string? Objects = null) : AttachOptions
{
    /// <summary>The process whose objects to visit, of iterators over tasks (Linux 6.1); 0 for all.</summary>
    public int ProcessId { get; init; }

    internal override HookInfo Row => HookTable.Iterator;

    internal override string? Target => Objects;

    public override IteratorAttachment Attach(LoadedProgram program) => IteratorAttachment.Attach(program, this);

    internal override IteratorAttachOptions For(ProgramDefinition? definition) =>
        this with { Objects = Objects ?? definition?.Target };
}
