namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to the places of a USDT probe: by links since Linux 5.15, and by perf events before. While it is
/// attached, the kernel increments the probe's semaphores, which count its tracers (Linux 4.20).
/// </summary>
public sealed class UsdtAttachment : LinkAttachment
{
    private UsdtAttachment(
        LoadedProgram program, UsdtAttachOptions options, UprobeSite site, IReadOnlyList<UsdtProbe> places,
        AttachmentHandle handle)
        : base(program, options, $"{site.Path}:{places[0].FullName}", handle)
    {
        Path = site.Path;
        ProcessId = site.ProcessId;
        Places = places;
    }

    /// <summary>The program or library.</summary>
    public string Path { get; }

    /// <summary>The process that is traced; 0 for all.</summary>
    public int ProcessId { get; }

    /// <summary>
    /// The places. <c>bpf_get_attach_cookie</c> gives the program the index, in this list, of the place that it runs at
    /// (Linux 5.15): the places may have their arguments in different registers or memory.
    /// </summary>
    public IReadOnlyList<UsdtProbe> Places { get; }

    /// <summary>Attaches a program to the places of a USDT probe.</summary>
    /// <exception cref="UnknownNameException">There is no such file or probe; similar ones are named.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no uprobes. ESRCH: there is no such process. EPERM, EACCES: a capability is missing,
    /// or the kernel is locked down.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is not an ELF file, or a corrupt one.</exception>
    public static UsdtAttachment Attach(LoadedProgram program, UsdtAttachOptions? options = null)
    {
        options = AttachOptions.Resolve(options ?? new(), program);
        var operation = options.Operation(program);
        TracedFile.RequireProcess(options.ProcessId, operation);
        var path = TracedFile.Find(options.File!, options.ProcessId);
        var places = options.Places;
        if (places is null)
        {
            using var elf = ElfFile.Open(path);
            places = UsdtProbes.Find(elf, options.Probe!);
        }

        var site = new UprobeSite(path, OnReturn: false, options.ProcessId, [], operation);
        var handle = AttachmentHandle.Build(handle =>
        {
            for (var index = 0; index < places.Count; index++)
            {
                // Perf events without links have no cookies. There the compiler accepts only arguments that all places
                // keep alike.
                var cookie = PerfEvents.HasLinks ? (ulong)index : 0;
                site.Attach(handle, program, places[index].FileOffset, places[index].SemaphoreOffset ?? 0, cookie);
            }
        });
        return Complete(new UsdtAttachment(program, options, site, places, handle), options);
    }
}

/// <summary>Attaches a program of type Kprobe to a USDT probe.</summary>
/// <param name="File">
/// A path, the name of a program on the PATH, or the name of a library. Null: the file and the probe are those of the
/// program definition's target, such as <c>libstdc++:libstdcxx:throw</c>.
/// </param>
/// <param name="Probe">The provider and the name, such as <c>libstdcxx:throw</c>, or the name alone.</param>
public sealed record UsdtAttachOptions(string? File = null, string? Probe = null) : AttachOptions
{
    /// <summary>The process that is traced, with all its threads; 0 for all processes.</summary>
    public int ProcessId { get; init; }

    /// <summary>The places to attach to, whose arguments the program can read; null for all.</summary>
    public IReadOnlyList<UsdtProbe>? Places { get; init; }

    public override string Description => $"USDT probe '{Probe}' of '{File}'";

    internal override HookInfo Row => HookTable.Usdt;

    internal override string? Target => File is null || Probe is null ? null : $"{File}:{Probe}";

    public override UsdtAttachment Attach(LoadedProgram program) => UsdtAttachment.Attach(program, this);

    internal override UsdtAttachOptions For(ProgramDefinition? definition) =>
        File is null && definition?.Target?.Split(':', 2) is [var file, var probe]
            ? this with { File = file, Probe = probe } : this;
}
