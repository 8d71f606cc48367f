namespace EbpfCat.ScriptBlocks;

/// <summary>The members of <c>$kernel</c>, <c>$process</c>, <c>$packet</c> and of maps, as tables of facts.</summary>
internal static class MemberTable
{
    /// <summary>The members of <c>$kernel</c> besides <c>Context</c> and <c>Call</c>.</summary>
    public static readonly Dictionary<string, SystemValue> Kernel = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Time"] = SystemValue.Time,
        ["BootTime"] = SystemValue.BootTime,
        ["Random"] = SystemValue.Random,
        ["Cpu"] = SystemValue.Cpu,
        ["Stack"] = SystemValue.KernelStack,
        ["UserStack"] = SystemValue.UserStack,
    };

    public static readonly Dictionary<string, SystemValue> Process = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Id"] = SystemValue.ProcessId,
        ["ThreadId"] = SystemValue.ThreadId,
        ["Name"] = SystemValue.ProcessName,
        ["UserId"] = SystemValue.UserId,
        ["GroupId"] = SystemValue.GroupId,
        ["CgroupId"] = SystemValue.CgroupId,
        ["Parent"] = SystemValue.ParentProcessId,
    };

    /// <summary>The names that the kernel and other tracers have for members of <c>$process</c>.</summary>
    public static readonly Dictionary<string, string> KernelNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pid"] = "Id",
        ["tgid"] = "Id",
        ["tid"] = "ThreadId",
        ["comm"] = "Name",
        ["uid"] = "UserId",
        ["gid"] = "GroupId",
        ["ppid"] = "Parent",
    };

    /// <summary>The fields of the context that <c>$packet</c> has.</summary>
    public static readonly string[] PacketContext =
        ["InterfaceIndex", "Queue", "Mark", "Priority", "Hash", "TimeStamp"];

    /// <summary>The reads of <c>$packet</c>, in the processor's byte order.</summary>
    public static readonly Dictionary<string, ScalarType> PacketReads = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Byte"] = ScalarType.UInt8,
        ["SByte"] = ScalarType.Int8,
        ["UInt8"] = ScalarType.UInt8,
        ["Int8"] = ScalarType.Int8,
        ["UInt16"] = ScalarType.UInt16,
        ["Int16"] = ScalarType.Int16,
        ["UInt32"] = ScalarType.UInt32,
        ["Int32"] = ScalarType.Int32,
        ["UInt64"] = ScalarType.UInt64,
        ["Int64"] = ScalarType.Int64,
    };

    /// <summary>The methods of a map, with the fewest and most arguments that each takes.</summary>
    public static readonly Dictionary<string, (MapOperation Operation, int Min, int Max)> Map =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Remove"] = (MapOperation.Remove, 1, 1),
            ["Add"] = (MapOperation.Add, 2, 2),
            ["Replace"] = (MapOperation.Replace, 2, 2),
            ["Set"] = (MapOperation.Set, 2, 2),
            ["Push"] = (MapOperation.Push, 1, 1),
            ["Enqueue"] = (MapOperation.Push, 1, 1),
            ["Pop"] = (MapOperation.Pop, 0, 1),
            ["Dequeue"] = (MapOperation.Pop, 0, 0),
            ["Peek"] = (MapOperation.Peek, 0, 0),
            ["Redirect"] = (MapOperation.Redirect, 1, 2),
            ["TailCall"] = (MapOperation.TailCall, 1, 1),
        };

    /// <summary>The methods that ask whether a map has a key.</summary>
    public static readonly HashSet<string> MapTests = new(["ContainsKey", "Contains"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The helpers whose value is the verdict to end with (bpf-helpers(7)), by name without <c>bpf_</c> and by number.
    /// </summary>
    public static readonly HashSet<string> VerdictHelpers = new(
    [
        "redirect", "23", "redirect_map", "51", "sk_redirect_map", "52", "msg_redirect_map", "60", "msg_redirect_hash",
        "71",
        "sk_redirect_hash", "72", "redirect_neigh", "152", "redirect_peer", "155",
    ], StringComparer.OrdinalIgnoreCase);
}
