using EbpfCat.Binding;
using EbpfCat.Btf;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>The way to the parent of the process that a program runs in, for <c>$process.Parent</c>.</summary>
public static class ParentProcess
{
    private static readonly Lazy<EventAccess?> Found = new(Find);

    /// <summary>How its process id is reached on this kernel; null where the kernel has no BTF (Linux 5.4).</summary>
    public static EventAccess? Id => Found.Value;

    // Kernel memory by helper: the current task is no typed pointer to every type of program.
    private static EventAccess? Find()
    {
        if (BtfTypes.Kernel?.FindStruct("task_struct") is not { } task) return null;
        var current = new EventAccess(ScalarType.UInt64, EventRoot.CurrentTask, 0, 8);
        var parent = new TypedPlace(current, task, EventMemory.Kernel) { IsPointee = true }.Go("real_parent")?.Go("tgid");
        return parent?.Access is { } access ? access with { Type = ScalarType.UInt32 } : null;
    }
}
