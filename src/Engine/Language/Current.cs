namespace EbpfCat.Language;

/// <summary>
/// What the kernel knows of the moment and of the current process, for programs written in C#. The members are those of
/// <see cref="SystemValue"/>, which says what they are.
/// </summary>
/// <example>
/// <code>
/// definition.AddCode(code => code.If(Current.ProcessId == 1, then => then.Return("Pass")));
/// </code>
/// </example>
public static class Current
{
#pragma warning disable CS1591 // SystemValue documents them.
    public static SystemValueExpression Time => new(SystemValue.Time);
    public static SystemValueExpression BootTime => new(SystemValue.BootTime);
    public static SystemValueExpression Random => new(SystemValue.Random);
    public static SystemValueExpression Cpu => new(SystemValue.Cpu);
    public static SystemValueExpression KernelStack => new(SystemValue.KernelStack);
    public static SystemValueExpression UserStack => new(SystemValue.UserStack);
    public static SystemValueExpression ProcessId => new(SystemValue.ProcessId);
    public static SystemValueExpression ThreadId => new(SystemValue.ThreadId);
    public static SystemValueExpression ProcessName => new(SystemValue.ProcessName);
    public static SystemValueExpression UserId => new(SystemValue.UserId);
    public static SystemValueExpression GroupId => new(SystemValue.GroupId);
    public static SystemValueExpression CgroupId => new(SystemValue.CgroupId);
    public static SystemValueExpression ParentProcessId => new(SystemValue.ParentProcessId);
#pragma warning restore CS1591

    /// <summary>A field of the current task, <c>struct task_struct</c>: <c>real_parent.comm</c>.</summary>
    public static EventFieldExpression TaskField(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new([EventFieldExpression.CurrentTask, .. path.Split('.')]);
    }

    /// <summary>The context that the kernel passes to the program, as an argument of a helper.</summary>
    public static ContextExpression Context => new();
}
