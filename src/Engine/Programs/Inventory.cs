namespace EbpfCat.Programs;

/// <summary>All programs, maps and links in the kernel, of all processes. Needs CAP_SYS_ADMIN.</summary>
internal static class Inventory
{
    public static IEnumerable<ProgramInfo> Programs() => Each(Bpf.ProgramIds(), FindProgram);

    public static IEnumerable<MapInfo> Maps() => Each(Bpf.MapIds(), FindMap);

    /// <summary>All links, by id (Linux 5.8).</summary>
    public static IEnumerable<LinkInfo> Links() => Each(Bpf.LinkIds(), FindLink);

    public static ProgramInfo? FindProgram(uint id) => Find(() =>
    {
        using var program = Bpf.GetProgram(id);
        var info = Bpf.GetProgramInfo(program, ProgramInfoParts.Maps | ProgramInfoParts.Lines);
        return info with { Name = WholeName(info) };
    });

    public static MapInfo? FindMap(uint id) => Find(() =>
    {
        using var map = Bpf.GetMap(id);
        return Bpf.GetMapInfo(map);
    });

    public static LinkInfo? FindLink(uint id) => Find(() =>
    {
        using var link = Bpf.GetLink(id);
        return Bpf.GetLinkInfo(link);
    });

    /// <summary>The kernel cuts names after 15 characters; the first function's name in the BTF is whole.</summary>
    internal static string WholeName(ProgramInfo info)
    {
        if (info.BtfId == 0 || info.FunctionInfo.IsEmpty || info.Name.Length < ObjectName.Size - 1) return info.Name;
        try
        {
            using var btf = Bpf.GetBtf(info.BtfId);
            var types = BtfTypes.Parse(Bpf.GetBtfInfo(btf, withData: true).Data.ToArray());
            var name = types.ReadFunctions(info.FunctionInfo.Span, info.FunctionInfoRecordSize)[0].Type.Name;
            return name.StartsWith(info.Name, StringComparison.Ordinal) ? name : info.Name;
        }
        catch (Exception refusal) when (refusal is KernelException or BtfException)
        {
            return info.Name;
        }
    }

    /// <summary>
    /// The name of a traced function, raw tracepoint or security hook, by the id of its type; empty if it is a
    /// program's, or gone.
    /// </summary>
    internal static string TracedName(uint objectId, uint typeId)
    {
        try
        {
            using var btf = Bpf.GetBtf(objectId);
            var info = Bpf.GetBtfInfo(btf);
            var types = info is { IsKernel: true, Name: not "vmlinux" }
                ? BtfTypes.ForModule(info.Name) : BtfTypes.Kernel;
            var name = types is null ? "" : types[(int)typeId].Name;
            var prefix = HookTable.Lsm.Btf!.Value.Prefix;
            return name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }
        catch (Exception refusal) when (refusal is KernelException or BtfException or ArgumentOutOfRangeException)
        {
            return "";
        }
    }

    private static IEnumerable<T> Each<T>(IEnumerable<uint> ids, Func<uint, T?> find)
        where T : class => ids.Select(find).OfType<T>();

    // An object of the list can be gone when it is opened, and a link that is being made gives EAGAIN.
    private static T? Find<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.ENOENT or Errno.EAGAIN)
        {
            return null;
        }
    }
}
