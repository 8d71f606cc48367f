namespace EbpfCat.Tracing;

/// <summary>The access to the parent process, for <c>$process.Parent</c>.</summary>
public static class ParentProcess
{
    private static readonly MachineFact<EventAccess?> Found = new(Find);

    /// <summary>The access to its process id on this kernel; null if the kernel has no BTF (Linux 5.4).</summary>
    public static EventAccess? Id => Found.Value;

    // Read by helper: not every program type has the current task as a typed pointer.
    private static EventAccess? Find()
    {
        if (BtfTypes.Kernel?.FindStruct("task_struct") is not { } task) return null;
        var current = new EventAccess(ScalarType.UInt64, EventRoot.CurrentTask, 0, 8);
        var parent = new TypedPlace(current, task, EventMemory.Kernel) { IsPointee = true }
            .Go("real_parent")?.Go("tgid");
        return parent?.Access is { } access ? access with { Type = ScalarType.UInt32 } : null;
    }
}
