namespace EbpfCat.Types;

/// <summary>A stack trace of a program: where its addresses are, and in whose memory they mean something.</summary>
/// <param name="Id">Its key in the program's stack trace map; negative where none could be taken (an errno).</param>
/// <param name="ProcessId">The process for a user stack; 0 for a kernel stack.</param>
public readonly record struct StackReference(int Id, uint ProcessId)
{
    /// <summary>Whether the stack is of the process rather than of the kernel.</summary>
    public bool IsUser => ProcessId != 0;
}
