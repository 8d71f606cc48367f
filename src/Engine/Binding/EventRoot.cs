namespace EbpfCat.Binding;

/// <summary>Where the way to a value of an event begins.</summary>
public enum EventRoot
{
    /// <summary>In the context that the kernel hands the program.</summary>
    Context,
    /// <summary>At the current task, <c>struct task_struct</c>.</summary>
    CurrentTask,
    /// <summary>At a constant.</summary>
    Constant,
}
