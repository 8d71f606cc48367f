namespace EbpfCat.Attachments;

/// <summary>Describes links of the kernel by kind and target.</summary>
internal static class LinkDescription
{
    /// <summary>The kind of hook; of a hook that this library does not have, the type of the link.</summary>
    public static string KindOf(LinkInfo link, ProgramInfo? program)
    {
        if (HookTable.All.FirstOrDefault(hook => hook.IsLink?.Invoke(link) == true) is { } hook) return hook.Kind;
        // Before Linux 6.6 the program's type is all that tells the links of perf events apart.
        return link.Type == BpfLinkType.PerfEvent && program is not null
            ? $"{(ProgramType)program.Type}" : $"{link.Type}";
    }

    /// <summary>The target; empty where the kernel does not report it.</summary>
    public static string TargetOf(LinkInfo link, ProgramInfo? program) => link.Type switch
    {
        BpfLinkType.Xdp or BpfLinkType.Netkit => InterfaceOf(link),
        BpfLinkType.Tcx when link.AttachType == BpfAttachType.TcxEgress => $"{InterfaceOf(link)} {TcDirection.Egress}",
        BpfLinkType.Tcx => $"{InterfaceOf(link)} {TcDirection.Ingress}",
        BpfLinkType.Cgroup => link.CgroupId is { } id ? ControlGroups.FindById(id) ?? Number("control group", id) : "",
        BpfLinkType.Tracing => link is { TargetObjectId: > 0, TargetBtfId: { } type }
            ? Inventory.TracedName(link.TargetObjectId.Value, type)
            : program is { AttachBtfId: > 0 }
                ? Inventory.TracedName(program.AttachBtfObjectId, program.AttachBtfId) : "",
        BpfLinkType.NetworkNamespace => Number("network namespace", link.NetworkNamespace ?? 0),
        BpfLinkType.KprobeMulti => Number("functions:", link.Count ?? 0),
        _ when link.Offset is > 0 and var offset => $"{link.Target}{(IsInFile(link) ? ":" : "+")}0x{offset:x}",
        _ => link.Target ?? "",
    };

    private static bool IsInFile(LinkInfo link) =>
        link.PerfEventType is BpfPerfEventType.Uprobe or BpfPerfEventType.Uretprobe;

    private static string Number(string what, ulong number) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {number}");

    // An index is valid in the interface's own network namespace only, which the kernel does not report.
    private static string InterfaceOf(LinkInfo link)
    {
        using var netlink = new Netlink();
        var index = (int)(link.InterfaceIndex ?? 0);
        return index == 0 ? "" : netlink.FindLink(index)?.Name ?? Number("interface", (ulong)index);
    }
}
