namespace EbpfCat.Events;

/// <summary>A line of the kernel's trace log that a program wrote.</summary>
/// <param name="ProcessName">The name of the thread that ran, as far as the kernel keeps it: 15 characters; <c>&lt;...&gt;</c> where it forgot.</param>
/// <param name="ThreadId">The thread; 0 for the idle task.</param>
/// <param name="Processor">The number of the processor.</param>
/// <param name="Timestamp">When, on the trace log's clock: as a rule, since the machine was started.</param>
/// <param name="Text">What was written.</param>
public sealed record TraceLogLine(string ProcessName, int ThreadId, int Processor, TimeSpan Timestamp, string Text);
