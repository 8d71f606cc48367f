namespace EbpfCat.Attachments;

/// <summary>A program attached to a tracepoint of tracefs: by a link since Linux 5.15, else by a perf event.</summary>
public sealed class TracepointAttachment : LinkAttachment
{
    private TracepointAttachment(
        LoadedProgram program, TracepointAttachOptions options, string tracepoint, AttachmentHandle handle)
        : base(program, options, tracepoint, handle) { }

    /// <summary>Attaches a program to a tracepoint (Linux 4.7).</summary>
    /// <exception cref="UnknownNameException">There is no such tracepoint; names the nearest ones.</exception>
    /// <exception cref="KernelException">EPERM, EACCES: no privilege, or lockdown. EEXIST: the pin exists.</exception>
    public static TracepointAttachment Attach(LoadedProgram program, TracepointAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var format = TraceFs.Current.GetFormat(options.Name!);
        var handle = AttachmentHandle.Build(handle => PerfEvents.Attach(
            handle, program, PerfEvents.OpenTracepoint(format.Id, 0, $"the tracepoint '{format.FullName}'"),
            options.Cookie));
        return Complete(new TracepointAttachment(program, options, format.FullName, handle), options);
    }
}

/// <summary>Attaches a program of type Tracepoint.</summary>
/// <param name="Name">
/// <c>category/name</c>, as below <c>events</c> in tracefs, or a name that only one category has; null for the target
/// of the program's definition.
/// </param>
public sealed record TracepointAttachOptions(string? Name = null) : AttachOptions
{
    /// <summary>A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</summary>
    public ulong Cookie { get; init; }

    internal override HookInfo Row => HookTable.Tracepoint;

    internal override string? Target => Name;

    public override TracepointAttachment Attach(LoadedProgram program) => TracepointAttachment.Attach(program, this);

    internal override TracepointAttachOptions For(ProgramDefinition? definition) =>
        this with { Name = Name ?? definition?.Target };
}
