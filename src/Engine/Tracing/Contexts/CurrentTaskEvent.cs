namespace EbpfCat.Tracing;

/// <summary>
/// The current task, <c>struct task_struct</c> in the kernel's BTF: <c>$process.Task</c> (Linux 5.5).
/// </summary>
public sealed class CurrentTaskEvent : TracedEvent
{
    private static readonly MachineFact<CurrentTaskEvent?> Found = new(Find);

    private readonly TypedPlace _task;

    private CurrentTaskEvent(TypedPlace task) => _task = task;

    /// <summary>The current task on this kernel; null if the kernel has no BTF.</summary>
    public static CurrentTaskEvent? Instance => Found.Value;

    public override string Description => "the current task";

    public override IReadOnlyList<string> FieldNames => (string[])[EventFieldExpression.CurrentTask];

    private protected override EventPlace? Find(string name) => name == EventFieldExpression.CurrentTask ? _task : null;

    // Read by helper: not every program type has the current task as a typed pointer.
    private static CurrentTaskEvent? Find() => BtfTypes.Kernel?.FindStruct("task_struct") is { } task
        ? new(new TypedPlace(new EventAccess(ScalarType.UInt64, EventRoot.CurrentTask, 0, 8), task, EventMemory.Kernel)
        {
            IsPointee = true,
        })
        : null;
}
