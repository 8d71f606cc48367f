namespace EbpfCat.Completion;

/// <summary>Completes the names of containers that run.</summary>
public sealed class ContainerCompleter() : NameCompleter(_ =>
    Containers.Current.Names.Select(name => (name, "container")));

/// <summary>Completes the names of control groups.</summary>
public sealed class ControlGroupCompleter() : TargetCompleter(_ => ControlGroups.Names, "control group");

/// <summary>Completes the hooks of control groups.</summary>
public sealed class ControlGroupHookCompleter()
    : NameCompleter(_ => ProgramHookCompleter.Names(HookTable.ControlGroupTypes));

/// <summary>Completes the names of kernel features. The kernel is not probed.</summary>
public sealed class FeatureCompleter() : NameCompleter(_ =>
[
    .. Features.Names(FeatureKind.ProgramType).Select(name => (name, "type of program")),
    .. Features.Names(FeatureKind.MapType).Select(name => (name, "type of map")),
    .. Features.Names(FeatureKind.Attachment).Select(name => (name, "attachment")),
    .. HelperTable.All.Select(helper => (helper.Name, helper.ToString())),
]);

/// <summary>Completes the names of network interfaces.</summary>
public sealed class InterfaceCompleter() : NameCompleter(
    _ => Interfaces.All.Select(one => (one.Name, $"{one.Name}: {one.State}")));

/// <summary>Completes the names of kernel iterators.</summary>
public sealed class IteratorCompleter() : TargetCompleter(ProgramType.Tracing, ProgramHook.Iterator);

/// <summary>Completes the names of kernel functions.</summary>
public sealed class KernelFunctionCompleter() : TargetCompleter(ProgramType.Kprobe);

/// <summary>Completes the names of the maps in the kernel.</summary>
public sealed class KernelMapCompleter() : NameCompleter(_ => KernelMap.All()
    .Where(map => map.Name.Length > 0).OrderBy(map => map.Name, StringComparer.Ordinal)
    .Select(map => (map.Name, $"{map.Name}: {map.Type}, id {map.Id}")));

/// <summary>Completes the names of the programs in the kernel.</summary>
public sealed class KernelProgramCompleter() : NameCompleter(_ => KernelProgram.All()
    .Where(program => program.Name.Length > 0).OrderBy(program => program.Name, StringComparer.Ordinal)
    .Select(program => (program.Name, $"{program.Name}: {program.Type}, id {program.Id}")));

/// <summary>Completes the names of the types of values.</summary>
public sealed class KernelTypeCompleter()
    : NameCompleter(_ => EbpfType.KnownNames.Select(name => (name, Tip(EbpfType.Parse(name)))))
{
    private static string Tip(EbpfType type) => $"{type.Name}, {type.Size} byte{(type.Size == 1 ? "" : "s")}";
}

/// <summary>Completes the types of maps.</summary>
public sealed class MapTypeCompleter() : NameCompleter(_ => Enum.GetNames<MapType>()
    .Where(name => name != nameof(MapType.Unspecified)).Order().Select(name => (name, name)));

/// <summary>Completes the names of pinned attachments, and below one of them the paths of its maps.</summary>
public sealed class PinCompleter() : NameCompleter(request =>
{
    var directory = request.Word[..(request.Word.LastIndexOf('/') + 1)];
    return
    [
        .. PinDirectory.Names.Select(name => (name, PinDirectory.PathOf(name))),
        .. directory.Length > 0 && Directory.Exists(directory)
            ? Directory.EnumerateFileSystemEntries(directory).Select(path => (path, path)) : [],
    ];
});

/// <summary>Completes the paths of pins; those in the root of the BPF file system by their names too.</summary>
public sealed class PinPathCompleter() : NameCompleter(Names)
{
    private static IEnumerable<(string, string)> Names(CompletionRequest request)
    {
        var slash = request.Word.LastIndexOf('/');
        var directory = slash < 0 ? PinPath.Root : request.Word[..Math.Max(1, slash)];
        if (!Directory.Exists(directory)) yield break;
        foreach (var path in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
        {
            if (path == PinDirectory.Root) continue;
            var tip = Pins.Read(path) is { } pin ? $"{path}: {pin.Kind} '{pin.Name}', id {pin.Id}" : path;
            yield return (slash < 0 ? Path.GetFileName(path) : path, tip);
        }
    }
}

/// <summary>Completes the hooks of the given program type, or of all types.</summary>
public sealed class ProgramHookCompleter() : NameCompleter(
    request => Names(request.Get<ProgramType>("Type") is { } type ? [type] : Enum.GetValues<ProgramType>()))
{
    internal static IEnumerable<(string, string)> Names(IEnumerable<ProgramType> types) =>
        types.SelectMany(type => HookTable.Of(type).Select(hook => ($"{hook}", $"{hook}: of type {type}")));
}

/// <summary>Completes the names of processes, as the kernel has them.</summary>
public sealed class ProcessNameCompleter() : NameCompleter(_ => Processes.Names.Select(name => (name, "process")));

/// <summary>Completes the targets of a program of the given type and hook.</summary>
public sealed class ProgramTargetCompleter() : TargetCompleter(
    request => request.Get<ProgramType>("Type") is { } type
        ? HookTable.Find(type, request.Get<ProgramHook>("Hook"))?.TargetNames() ?? [] : [],
    "target");

/// <summary>Completes the types of programs.</summary>
public sealed class ProgramTypeCompleter() : NameCompleter(_ => Enum.GetNames<ProgramType>()
    .Where(name => name != nameof(ProgramType.Unspecified)).Order().Select(name => (name, name)));

/// <summary>Completes the names of raw tracepoints.</summary>
public sealed class RawTracepointCompleter() : TargetCompleter(ProgramType.RawTracepoint);

/// <summary>Completes the names of the hooks of the security modules.</summary>
public sealed class SecurityHookCompleter() : TargetCompleter(ProgramType.Lsm);

/// <summary>Completes the names of the units of systemd that run.</summary>
public sealed class ServiceCompleter() : NameCompleter(_ => Services.Names.Select(name => (name, "unit")));

/// <summary>Completes the names of system calls; the tip shows their arguments.</summary>
public sealed class SyscallCompleter() : NameCompleter(request => Syscalls.Current.Names
    .Where(name => name.StartsWith(request.Word, StringComparison.OrdinalIgnoreCase))
    .Select(name => (name, $"{name}({string.Join(", ", Syscalls.Current[name].Arguments.Select(one => one.Name))})")));

/// <summary>Completes the names of shared libraries. PowerShell itself completes paths.</summary>
public sealed class TracedFileCompleter() : NameCompleter(request =>
    request.Word.Contains('/', StringComparison.Ordinal)
    ? [] : SharedLibraries.Names.Select(name => (name, "shared library")));

/// <summary>Completes the names of tracepoints.</summary>
public sealed class TracepointCompleter() : TargetCompleter(ProgramType.Tracepoint);

/// <summary>Completes the names of the kernel functions whose arguments have types.</summary>
public sealed class TypedFunctionCompleter() : TargetCompleter(ProgramType.Tracing);

/// <summary>Completes the USDT probes of the file that -Path names.</summary>
public sealed class UsdtProbeCompleter() : FilePartCompleter(
    file => UsdtProbes.Read(file).Select(probe => probe.FullName), "probe");

/// <summary>Completes the functions of the file that -Path names.</summary>
public sealed class UserFunctionCompleter() : FilePartCompleter(file => file.FunctionNames, "function");

/// <summary>Completes the names of users.</summary>
public sealed class UserNameCompleter() : NameCompleter(_ => Users.Names.Select(name => (name, "user")));

/// <summary>Completes the verdicts of the given program type, or of all types.</summary>
public sealed class VerdictCompleter() : NameCompleter(request =>
    (request.Get<ProgramType>("Type") is { } given ? [given] : Enum.GetValues<ProgramType>())
        .SelectMany(type => ProgramTypes.Get(type).Verdicts.Select(
            verdict => (verdict.Key, $"{type}: {verdict.Value.ToString(CultureInfo.InvariantCulture)}"))));

/// <summary>Completes names of which there are thousands, by any part of them.</summary>
public abstract class TargetCompleter : NameCompleter
{
    private protected TargetCompleter(ProgramType type, ProgramHook? hook = null)
        : this(_ => HookTable.Find(type, hook)!.TargetNames(), HookTable.Find(type, hook)!.What) { }

    private protected TargetCompleter(Func<CompletionRequest, IEnumerable<string>> names, string tip)
        : base(request => names(request).Select(name => (name, tip))) => MatchesAnyPart = true;
}

/// <summary>Completes names that the file at -Path holds, by any part of them.</summary>
public abstract class FilePartCompleter : NameCompleter
{
    private protected FilePartCompleter(Func<ElfFile, IEnumerable<string>> names, string what)
        : base(request =>
        {
            if (request.Bound["Path"] is not string name) return [];
            var path = SharedLibraries.Resolve(name);
            using var file = ElfFile.Open(path);
            return [.. names(file).Select(one => (one, $"{what} in {path}"))];
        }) => MatchesAnyPart = true;
}
