namespace EbpfCat.Language;

/// <summary>Values that the kernel has for every program: clocks, the processor, the current process.</summary>
public enum SystemValue
{
    /// <summary>$kernel.Time: nanoseconds since boot, without time suspended (CLOCK_MONOTONIC).</summary>
    Time,
    /// <summary>$kernel.BootTime: nanoseconds since boot, with time suspended (CLOCK_BOOTTIME). Linux 5.8.</summary>
    BootTime,
    /// <summary>$kernel.Random: 32 random bits.</summary>
    Random,
    /// <summary>$kernel.Cpu: the number of the processor.</summary>
    Cpu,
    /// <summary>$kernel.Stack: the id of the kernel stack in a stack trace map.</summary>
    KernelStack,
    /// <summary>$kernel.UserStack: the id of the user stack in a stack trace map.</summary>
    UserStack,
    /// <summary>$process.Id: the process id, as user space sees it (the kernel's tgid).</summary>
    ProcessId,
    /// <summary>$process.ThreadId: the thread id (the kernel's pid).</summary>
    ThreadId,
    /// <summary>$process.Name: the command name, 16 bytes.</summary>
    ProcessName,
    /// <summary>$process.UserId: the user id.</summary>
    UserId,
    /// <summary>$process.GroupId: the group id.</summary>
    GroupId,
    /// <summary>$process.CgroupId: the id of the control group (version 2).</summary>
    CgroupId,
    /// <summary>$process.Parent: the process id of the parent.</summary>
    ParentProcessId,
    /// <summary>$return: the return value of the probed function; only on return probes.</summary>
    ReturnValue,
}
