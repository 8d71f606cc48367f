using System.Globalization;
using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>Says in this library's words what the kernel tells of a link.</summary>
internal static class LinkDescription
{
    private const string SecurityHookPrefix = "bpf_lsm_";

    // BPF_F_KPROBE_MULTI_RETURN, BPF_F_UPROBE_MULTI_RETURN
    private const uint Returns = 1;

    /// <summary>The kind of hook.</summary>
    public static string KindOf(LinkInfo link, ProgramInfo? program) => link.Type switch
    {
        BpfLinkType.Tcx => TcAttachment.KindName,
        BpfLinkType.Tracing => link.AttachType switch
        {
            BpfAttachType.TraceFexit => nameof(ProgramHook.Fexit),
            BpfAttachType.ModifyReturn => nameof(ProgramHook.ModifyReturn),
            BpfAttachType.LsmMac => LsmAttachment.KindName,
            BpfAttachType.TraceRawTracepoint => RawTracepointAttachment.KindName,
            _ => nameof(ProgramHook.Fentry),
        },
        BpfLinkType.PerfEvent => link.PerfEventType switch
        {
            BpfPerfEventType.Uprobe => UprobeAttachment.KindName,
            BpfPerfEventType.Uretprobe => UprobeAttachment.ReturnKindName,
            BpfPerfEventType.Kprobe => KprobeAttachment.KindName,
            BpfPerfEventType.Kretprobe => KprobeAttachment.ReturnKindName,
            // Before Linux 6.6 the program's type is all there is to go by.
            _ => program is null ? nameof(BpfLinkType.PerfEvent) : $"{(ProgramType)program.Type}",
        },
        BpfLinkType.KprobeMulti => (link.Flags & Returns) == 0 ? KprobeAttachment.KindName : KprobeAttachment.ReturnKindName,
        BpfLinkType.UprobeMulti => (link.Flags & Returns) == 0 ? UprobeAttachment.KindName : UprobeAttachment.ReturnKindName,
        _ => $"{link.Type}",
    };

    /// <summary>What it is attached to; empty where the kernel does not tell.</summary>
    public static string TargetOf(LinkInfo link, ProgramInfo? program) => link.Type switch
    {
        BpfLinkType.Xdp or BpfLinkType.Netkit => InterfaceOf(link),
        BpfLinkType.Tcx => $"{InterfaceOf(link)} {(link.AttachType == BpfAttachType.TcxEgress ? TcDirection.Egress : TcDirection.Ingress)}",
        BpfLinkType.Cgroup => link.CgroupId is { } id ? ControlGroups.FindById(id) ?? Number("control group", id) : "",
        BpfLinkType.Tracing => link is { TargetObjectId: > 0, TargetBtfId: { } type }
            ? TypeName(link.TargetObjectId.Value, type)
            : program is { AttachBtfId: > 0 } ? TypeName(program.AttachBtfObjectId, program.AttachBtfId) : "",
        BpfLinkType.NetworkNamespace => Number("network namespace", link.NetworkNamespace ?? 0),
        BpfLinkType.KprobeMulti => Number("functions:", link.Count ?? 0),
        _ => link.Offset is > 0 and var offset ? $"{link.Target}{(IsInFile(link) ? ":" : "+")}0x{offset:x}" : link.Target ?? "",
    };

    private static bool IsInFile(LinkInfo link) => link.PerfEventType is BpfPerfEventType.Uprobe or BpfPerfEventType.Uretprobe;

    private static string Number(string what, ulong number) => string.Create(CultureInfo.InvariantCulture, $"{what} {number}");

    // An index means something in the interface's own network namespace alone, which the kernel does not tell.
    private static string InterfaceOf(LinkInfo link)
    {
        using var netlink = new Netlink();
        var index = (int)(link.InterfaceIndex ?? 0);
        return index == 0 ? "" : netlink.FindLink(index)?.Name ?? Number("interface", (ulong)index);
    }

    private static string TypeName(uint objectId, uint typeId)
    {
        try
        {
            using var btf = Bpf.GetBtf(objectId);
            var info = Bpf.GetBtfInfo(btf);
            var types = info is { IsKernel: true, Name: not "vmlinux" } ? BtfTypes.ForModule(info.Name) : BtfTypes.Kernel;
            var name = types is null ? "" : types[(int)typeId].Name;
            return name.StartsWith(SecurityHookPrefix, StringComparison.Ordinal) ? name[SecurityHookPrefix.Length..] : name;
        }
        catch (Exception refusal) when (refusal is KernelException or BtfException or ArgumentOutOfRangeException)
        {
            // It is a program that is traced, or the module is gone.
            return "";
        }
    }
}
