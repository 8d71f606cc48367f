using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;

namespace EbpfCat.Commands;

/// <summary>The hooks that commands attach programs to, but for XDP, which has more to say.</summary>
internal static class Hooks
{
    /// <summary>The packets of an interface, after XDP.</summary>
    public static Hook Tc(string interfaceName, TcDirection direction) => new(
        $"interface '{interfaceName}', {direction.ToString().ToLowerInvariant()}", ProgramType.Tc,
        (program, pin, owns) => TcAttachment.Attach(program, interfaceName, direction, pin, owns));

    /// <summary>The packets that a socket of its own sees on an interface.</summary>
    public static Hook SocketFilter(string interfaceName) => new(
        $"a socket on interface '{interfaceName}'", ProgramType.SocketFilter,
        (program, _, owns) => SocketFilterAttachment.Attach(program, interfaceName, owns));

    /// <summary>What a socket of the session receives.</summary>
    public static Hook SocketFilter(Socket socket) => new(
        $"socket {socket.SafeHandle.DangerousGetHandle()}", ProgramType.SocketFilter,
        (program, _, owns) => SocketFilterAttachment.Attach(program, socket, owns));

    /// <summary>A tracepoint of tracefs.</summary>
    public static Hook Tracepoint(string name) => new(
        $"tracepoint '{name}'", ProgramType.Tracepoint,
        (program, pin, owns) => TracepointAttachment.Attach(program, name, pin, ownsProgram: owns))
    {
        Target = name,
    };

    /// <summary>A raw tracepoint: its arguments as the kernel passes them, typed by BTF or not.</summary>
    public static Hook RawTracepoint(string name, bool isTyped) => new(
        $"raw tracepoint '{name}'", isTyped ? ProgramType.Tracing : ProgramType.RawTracepoint,
        (program, pin, owns) => RawTracepointAttachment.Attach(program, name, pin, owns))
    {
        // The kernel knows it without the category that it has in tracefs.
        Target = name[(name.LastIndexOfAny(['/', ':']) + 1)..],
        Place = isTyped ? ProgramHook.RawTracepoint : null,
    };

    /// <summary>Entry of kernel functions, a place in one, or their return.</summary>
    public static Hook Kprobe(string function, bool onReturn, ulong offset = 0) => new(
        $"{(onReturn ? "the return of " : "")}kernel function '{function}'", ProgramType.Kprobe,
        (program, pin, owns) => KprobeAttachment.Attach(program, function, onReturn, offset, pin, ownsProgram: owns))
    {
        Target = offset == 0 ? function : $"{function}+{offset}",
        Place = Wildcard.IsPattern(function) && KprobeMulti.IsPresent ? ProgramHook.KprobeMulti : null,
        Probe = onReturn ? ProbeKind.Kretprobe : ProbeKind.Kprobe,
    };

    /// <summary>Entry of functions in user space, a place in one or in a file, or their return.</summary>
    public static Hook Uprobe(string file, string? symbol, bool onReturn, ulong offset = 0, int processId = 0) => new(
        $"{(onReturn ? "the return of " : "")}'{symbol ?? $"0x{offset:x}"}' of '{file}'", ProgramType.Kprobe,
        (program, pin, owns) => UprobeAttachment.Attach(program, file, symbol, offset, onReturn, processId, pin, ownsProgram: owns))
    {
        Target = $"{file}:{symbol ?? $"0x{offset:x}"}",
        Probe = onReturn ? ProbeKind.Uretprobe : ProbeKind.Uprobe,
    };

    /// <summary>A place that the author of a program or library marked.</summary>
    public static Hook Usdt(string file, string probe, int processId = 0) => new(
        $"USDT probe '{probe}' of '{file}'", ProgramType.Kprobe,
        (program, pin, owns) => UsdtAttachment.Attach(program, file, probe, processId, pin, owns))
    {
        Target = $"{file}:{probe}",
        Probe = ProbeKind.Usdt,
    };

    /// <summary>Entry of a kernel function, or its return, with arguments by name.</summary>
    public static Hook Fentry(string function, bool onReturn) => new(
        $"{(onReturn ? "the return of " : "")}kernel function '{function}'", ProgramType.Tracing,
        (program, pin, owns) => FentryAttachment.Attach(program, pin, owns))
    {
        Target = function,
        Place = onReturn ? ProgramHook.Fexit : ProgramHook.Fentry,
    };

    /// <summary>A hook of the security modules.</summary>
    public static Hook Lsm(string name) => new(
        $"security hook '{name}'", ProgramType.Lsm, (program, pin, owns) => LsmAttachment.Attach(program, pin, owns))
    {
        Target = name,
        Place = ProgramHook.Lsm,
    };

    /// <summary>The doings of a control group.</summary>
    public static Hook Cgroup(ProgramType type, string path, ProgramHook? place) => new(
        $"control group '{path}'", type, (program, pin, owns) => CgroupAttachment.Attach(program, path, place, pin, owns))
    {
        Place = place,
    };

    /// <summary>The samples of a profile.</summary>
    public static Hook PerfEvent(PerfEventSource source, int frequency, ulong period, int processId, int? processor) => new(
        $"samples of {source}", ProgramType.PerfEvent,
        (program, pin, owns) => PerfEventAttachment.Attach(program, source, frequency, period, processId, processor, pin, owns));

    /// <summary>The objects of the kernel that an iterator goes through.</summary>
    public static Hook Iterator(string objects, int processId = 0) => new(
        $"iterator '{objects}'", ProgramType.Tracing, (program, pin, owns) => IteratorAttachment.Attach(program, processId, pin, owns))
    {
        Target = objects,
        Place = ProgramHook.Iterator,
    };
}
