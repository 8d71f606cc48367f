namespace EbpfCat.Events;

/// <summary>A line of the kernel's trace log that a program wrote.</summary>
/// <param name="ProcessName">
/// The name of the thread, up to 15 characters; <c>&lt;...&gt;</c> where the kernel no longer knows it.
/// </param>
/// <param name="ThreadId">The thread; 0 for the idle task.</param>
/// <param name="Timestamp">The time on the trace log's clock: by default, since the machine was started.</param>
public sealed record TraceLogLine(string ProcessName, int ThreadId, int Processor, TimeSpan Timestamp, string Text);
