using EbpfCat.Events;

namespace EbpfCat.Traces;

/// <summary>
/// A system call as <see cref="SyscallTrace"/> saw it: <c>Time</c>, <c>Syscall</c>, <c>ProcessName</c>, <c>ProcessId</c>,
/// <c>ThreadId</c>, <c>UserId</c>, <c>GroupId</c>, then its arguments by their names, and where it was seen to end
/// <c>ReturnValue</c> and <c>Duration</c>.
/// </summary>
public abstract class SyscallEvent : EventObject
{
}
