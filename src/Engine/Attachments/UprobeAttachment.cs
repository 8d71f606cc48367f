namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to functions of programs and shared libraries, or to places in them: by links since Linux 5.15,
/// before by perf events.
/// </summary>
public sealed class UprobeAttachment : LinkAttachment
{
    private UprobeAttachment(
        LoadedProgram program, UprobeAttachOptions options, UprobeSite site, AttachmentHandle handle)
        : base(program, options, $"{site.Path}:{options.Place}", handle)
    {
        Path = site.Path;
        OnReturn = site.OnReturn;
        ProcessId = site.ProcessId;
        Functions = site.Functions;
    }

    /// <summary>The program or library.</summary>
    public string Path { get; }

    /// <summary>Whether it fires when the functions return.</summary>
    public bool OnReturn { get; }

    /// <summary>The process it fires in; 0 for all, those included that start later.</summary>
    public int ProcessId { get; }

    /// <summary>The functions; empty where an offset in the file was given.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>
    /// Attaches a program to a function of a program or shared library, or to all functions whose names match a
    /// pattern.
    /// </summary>
    /// <remarks>
    /// Of a function whose implementation the loader chooses (<see cref="ElfSymbolKind.IndirectFunction"/>, such as
    /// glibc's <c>strlen</c>), the chosen implementation is probed. A pattern leaves out those whose choice is unknown.
    /// </remarks>
    /// <exception cref="UnknownNameException">There is no such file or function; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no uprobes, or the implementation of the function is unknown. EINVAL: no instruction
    /// begins there, or none that can be probed. ESRCH: no such process. EPERM, EACCES: no privilege, or the kernel is
    /// locked down.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is no ELF file, or a broken one.</exception>
    public static UprobeAttachment Attach(LoadedProgram program, UprobeAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var operation = options.Operation(program);
        TracedFile.RequireProcess(options.ProcessId, operation);
        var path = TracedFile.Find(options.File!, options.ProcessId);
        using var file = ElfFile.Open(path);
        var (offsets, functions) = new UprobePlaces(file, options, operation).Find();
        var site = new UprobeSite(path, options.OnReturn, options.ProcessId, functions, operation);
        var handle = AttachmentHandle.Build(handle =>
        {
            foreach (var offset in offsets) site.Attach(handle, program, offset, 0, options.Cookie);
        });
        return Complete(new UprobeAttachment(program, options, site, handle), options);
    }
}

/// <summary>Attaches a program of type Kprobe to functions in user space (Linux 4.1).</summary>
/// <param name="File">
/// A path; the name of a program on the PATH; or that of a library: <c>libc</c>, <c>libc.so.6</c>. Null for file and
/// function of the target of the program's definition: <c>libc:malloc</c>.
/// </param>
/// <param name="Function">
/// The function, or a <see cref="Wildcard"/> pattern; null if <see cref="Offset"/> counts from the start of the file.
/// </param>
public sealed record UprobeAttachOptions(string? File = null, string? Function = null) : AttachOptions
{
    /// <summary>Whether the program runs when the function returns, instead of on entry.</summary>
    public bool OnReturn { get; init; }

    /// <summary>The offset of an instruction in the function, or without one in the file, in bytes.</summary>
    public ulong Offset { get; init; }

    /// <summary>The process that is traced, with all its threads; 0 for all processes.</summary>
    public int ProcessId { get; init; }

    /// <summary>A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</summary>
    public ulong Cookie { get; init; }

    public override string Description => $"{(OnReturn ? "the return of " : "")}'{Place}' of '{File}'";

    internal string Place => (Function, Offset) switch
    {
        (null, _) => $"0x{Offset:x}",
        (_, 0) => Function,
        _ => $"{Function}+0x{Offset:x}",
    };

    internal override HookInfo Row => OnReturn ? HookTable.Uretprobe : HookTable.Uprobe;

    internal override string? Target => File is null ? null : $"{File}:{Place}";

    public override UprobeAttachment Attach(LoadedProgram program) => UprobeAttachment.Attach(program, this);

    internal override UprobeAttachOptions For(ProgramDefinition? definition)
    {
        if (File is not null || definition?.Target?.Split(':', 2) is not [var file, var place]) return this;
        var named = this with { File = file, OnReturn = definition.Probe == Language.ProbeKind.Uretprobe };
        if (ProbeOffset.TryParse(place, out var fileOffset)) return named with { Offset = fileOffset };
        var (function, offset) = ProbeOffset.Split(place);
        return named with { Function = function, Offset = offset };
    }
}
