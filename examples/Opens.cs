#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Shows the files that processes open, for a number of seconds:
//
//     sudo dotnet run examples/Opens.cs 10

using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Language;

var program = new ProgramDefinition("opens", ProgramType.Tracepoint) { Target = "syscalls/sys_enter_openat" };
program.AddCode(code => code.Output(
    [("ProcessId", Current.ProcessId), ("ProcessName", Current.ProcessName), ("File", Event.Field("filename"))]));

using var attachment = new TracepointAttachOptions().Attach(program);
Console.WriteLine("Tracing openat.");
using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(double.Parse(args[0], CultureInfo.InvariantCulture)));
await foreach (var open in attachment.Program.Events<Open>(stop.Token))
    Console.WriteLine($"{open.ProcessId,8} {open.ProcessName,-16} {open.File}");
Console.WriteLine($"{attachment.Program.LostEvents} events were lost.");

internal sealed record Open(uint ProcessId, string ProcessName, string File);
