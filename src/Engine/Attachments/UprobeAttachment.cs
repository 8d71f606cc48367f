using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to functions of programs and shared libraries, or to places in them: by links since Linux 5.15, before
/// by perf events.
/// </summary>
public sealed class UprobeAttachment : HookAttachment
{
    internal const string KindName = "Uprobe";
    internal const string ReturnKindName = "Uretprobe";

    private UprobeAttachment(
        LoadedProgram program, bool ownsProgram, string path, string place, UprobeSite site, Hold hold)
        : base(program, ownsProgram, $"{path}:{place}", hold)
    {
        Path = path;
        OnReturn = site.OnReturn;
        ProcessId = site.ProcessId;
        Functions = site.Functions;
    }

    /// <inheritdoc/>
    public override string Kind => OnReturn ? ReturnKindName : KindName;

    /// <summary>The program or library.</summary>
    public string Path { get; }

    /// <summary>Whether it fires when the functions return.</summary>
    public bool OnReturn { get; }

    /// <summary>The process it fires in; 0 for all, those included that start later.</summary>
    public int ProcessId { get; }

    /// <summary>The functions; empty where an offset in the file was given.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>Attaches a program to a function of a program or shared library, or to all whose names match a pattern.</summary>
    /// <param name="program">The program, of type Kprobe, which uprobes use too (Linux 4.1).</param>
    /// <param name="file">A path; the name of a program on the PATH; or that of a library: <c>libc</c>, <c>libc.so.6</c>.</param>
    /// <param name="symbol">
    /// The function, or a <see cref="Wildcard"/> pattern; null where <paramref name="offset"/> counts from the file's start.
    /// </param>
    /// <param name="offset">How far into the function, or the file, in bytes: the start of an instruction.</param>
    /// <param name="onReturn">Whether it fires when the function returns, rather than when it is entered.</param>
    /// <param name="processId">The process it fires in, with all its threads; 0 for all processes.</param>
    /// <param name="pin">A name to pin the attachment by (Linux 5.15); see <see cref="PinDirectory"/>.</param>
    /// <param name="cookie">A number that the program reads with <c>bpf_get_attach_cookie</c> (Linux 5.15).</param>
    /// <param name="ownsProgram">Whether the program is to be disposed with the attachment.</param>
    /// <remarks>
    /// A function that the loader chooses an implementation of (<see cref="ElfSymbolKind.IndirectFunction"/>, such as
    /// glibc's <c>strlen</c>) fires when the loader chooses: probe the implementation instead.
    /// </remarks>
    /// <exception cref="UnknownNameException">There is no such file or function; names the nearest ones.</exception>
    /// <exception cref="KernelException">
    /// EOPNOTSUPP: the kernel has no uprobes. EINVAL: no instruction there that can be probed. ESRCH: no such process. EPERM,
    /// EACCES: no privilege, or the kernel is locked down.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is no ELF file, or a broken one.</exception>
    public static UprobeAttachment Attach(
        LoadedProgram program,
        string file,
        string? symbol,
        ulong offset = 0,
        bool onReturn = false,
        int processId = 0,
        string? pin = null,
        ulong cookie = 0,
        bool ownsProgram = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var place = (symbol, offset) switch
        {
            (null, _) => $"0x{offset:x}",
            (_, 0) => symbol,
            _ => $"{symbol}+0x{offset:x}",
        };
        var operation = Check(program, ProgramType.Kprobe, $"'{place}' of '{file}'");
        TracedFile.RequireProcess(processId, operation);
        var path = TracedFile.Find(file, processId);
        var (offsets, functions) = symbol is null ? ([offset], []) : Locate(path, symbol, offset);
        var site = new UprobeSite(path, onReturn, processId, functions, operation);
        var hold = Hold.Build(hold =>
        {
            foreach (var one in offsets) site.Attach(hold, program, one, 0, cookie);
        });
        return Complete(new UprobeAttachment(program, ownsProgram, path, place, site, hold), pin);
    }

    private static (IReadOnlyList<ulong> Offsets, IReadOnlyList<string> Functions) Locate(string path, string symbol, ulong offset)
    {
        using var file = ElfFile.Open(path);
        if (!Wildcard.IsPattern(symbol)) return ([OffsetOf(file, file.GetFunction(symbol)) + offset], [symbol]);
        if (offset != 0) throw new ArgumentException("An offset is for one function.", nameof(offset));
        ElfSymbol[] found = [.. file.Symbols.Where(one => one.IsFunction && Wildcard.Matches(one.Name, symbol))];
        return found.Length == 0
            ? throw new UnknownNameException("function matching", symbol, [], $"in '{path}'")
            // Several names of one function make one probe.
            : ([.. found.Select(one => OffsetOf(file, one)).Distinct()], [.. found.Select(one => one.Name).Distinct()]);
    }

    private static ulong OffsetOf(ElfFile file, ElfSymbol symbol) => file.ToFileOffset(symbol.Address)
        ?? throw new InvalidDataException($"'{symbol.Name}' in '{file.Path}' is at {symbol.Address:x}, where the file has no code.");
}
