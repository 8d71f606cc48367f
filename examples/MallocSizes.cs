#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Draws histograms of the sizes that processes ask malloc for, in a number of seconds:
//
//     sudo dotnet run examples/MallocSizes.cs 10

using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Types;

var program = new ProgramDefinition("malloc_sizes", ProgramType.Kprobe);
var sizes = program.AddMap<string, Histogram>(
    "sizes", MapType.LruHash, new StringType(16), HistogramType.Instance, 4096);
program.AddCode(code => code.Do(sizes.Observe(Current.ProcessName, Event.Argument(0))));

using var attachment = new UprobeAttachOptions("libc", "malloc").Attach(program);
Console.WriteLine("Tracing malloc.");
Thread.Sleep(TimeSpan.FromSeconds(double.Parse(args[0], CultureInfo.InvariantCulture)));
foreach (var (name, histogram) in attachment.Program.Map(sizes).OrderByDescending(entry => entry.Value.Count))
    Console.WriteLine($"{name}: {histogram.Count} calls\n{histogram.Draw()}");
