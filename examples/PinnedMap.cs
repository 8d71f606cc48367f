#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Counts the system calls of processes in a map that is pinned, so that other programs can watch it:
//
//     sudo dotnet run examples/PinnedMap.cs count calls 60
//     sudo dotnet run examples/PinnedMap.cs watch calls 10

using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

var seconds = int.Parse(args[2], CultureInfo.InvariantCulture);
if (args[0] == "count")
{
    var program = new ProgramDefinition("calls", ProgramType.RawTracepoint) { Target = "sys_enter" };
    var calls = program.AddMap("calls", MapType.PerCpuHash, new StringType(16), ScalarType.UInt64, 4096);
    program.AddCode(code => code.Increment(calls[Current.ProcessName]));
    using var attachment = new RawTracepointAttachOptions().Attach(program);
    attachment.Program.Maps["calls"].Pin(args[1]);
    Thread.Sleep(TimeSpan.FromSeconds(seconds));
    Pins.Remove(args[1]);
    return;
}

using var map = LiveMap.Open(args[1]);
var before = new Dictionary<string, ulong>();
for (; seconds > 0; seconds--)
{
    Thread.Sleep(1000);
    foreach (var (name, total) in map.As<string, ulong>().Sums())
    {
        var calls = total - before.GetValueOrDefault(name);
        if (calls > 0) Console.WriteLine($"{name,-16}{calls,10}");
        before[name] = total;
    }
}
