using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to all places of a USDT probe: by links since Linux 5.15, before by perf events. The counters of those
/// who trace it are raised as long (Linux 4.20).
/// </summary>
public sealed class UsdtAttachment : HookAttachment
{
    internal const string KindName = "Usdt";

    private UsdtAttachment(
        LoadedProgram program, bool ownsProgram, UprobeSite site, IReadOnlyList<UsdtProbe> places, Hold hold)
        : base(program, ownsProgram, $"{site.Path}:{places[0].FullName}", hold)
    {
        Path = site.Path;
        ProcessId = site.ProcessId;
        Places = places;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>The program or library.</summary>
    public string Path { get; }

    /// <summary>The process it fires in; 0 for all.</summary>
    public int ProcessId { get; }

    /// <summary>
    /// The places. The program reads from <c>bpf_get_attach_cookie</c> (Linux 5.15) the index, in here, of the one it runs at:
    /// the arguments may lie elsewhere in each.
    /// </summary>
    public IReadOnlyList<UsdtProbe> Places { get; }

    /// <summary>Attaches a program to all places of a USDT probe.</summary>
    /// <param name="program">The program, of type Kprobe, which uprobes use too.</param>
    /// <param name="file">A path; the name of a program on the PATH; or that of a library.</param>
    /// <param name="probe">Provider and name, <c>libstdcxx:throw</c>, or the name alone.</param>
    /// <param name="processId">The process it fires in, with all its threads; 0 for all processes.</param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="UnknownNameException">There is no such file or probe; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no uprobes. ESRCH: no such process. EPERM, EACCES: no privilege, or the kernel is locked down.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is no ELF file, or a broken one.</exception>
    public static UsdtAttachment Attach(
        LoadedProgram program, string file, string probe, int processId = 0, string? pin = null, bool ownsProgram = false)
    {
        TracedFile.RequireProcess(processId, Check(program, ProgramType.Kprobe, $"the USDT probe '{probe}' of '{file}'"));
        var path = TracedFile.Find(file, processId);
        using var elf = ElfFile.Open(path);
        return Attach(program, path, UsdtProbes.Find(elf, probe), processId, pin, ownsProgram);
    }

    /// <summary>Attaches a program to some places of a USDT probe: those whose arguments it can read.</summary>
    /// <param name="program">The program, of type Kprobe, which uprobes use too.</param>
    /// <param name="path">The file.</param>
    /// <param name="places">The places, at least one.</param>
    /// <param name="processId">The process it fires in, with all its threads; 0 for all processes.</param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no uprobes. EPERM, EACCES: no privilege, or the kernel is locked down.
    /// </exception>
    public static UsdtAttachment Attach(
        LoadedProgram program,
        string path,
        IReadOnlyList<UsdtProbe> places,
        int processId = 0,
        string? pin = null,
        bool ownsProgram = false)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentOutOfRangeException.ThrowIfZero(places.Count, nameof(places));
        var operation = Check(program, ProgramType.Kprobe, $"the USDT probe '{places[0].FullName}' of '{path}'");
        var site = new UprobeSite(path, OnReturn: false, processId, [], operation);
        var hold = Hold.Build(hold =>
        {
            // Where there are no cookies, no program can ask for the place: it was loaded for places that are all alike.
            for (var index = 0; index < places.Count; index++)
                site.Attach(hold, program, places[index].FileOffset, places[index].SemaphoreOffset ?? 0, PerfEvents.HasLinks ? (ulong)index : 0);
        });
        return Complete(new UsdtAttachment(program, ownsProgram, site, places, hold), pin);
    }
}
