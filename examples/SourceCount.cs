#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Counts the packets that arrive at an interface, by source:
//
//     sudo dotnet run examples/SourceCount.cs eth0 10

using System.Globalization;
using System.Net;
using EbpfCat.Attachments;
using EbpfCat.Language;

var program = new ProgramDefinition("sources", ProgramType.Xdp);
var sources = program.AddMap<IPAddress, ulong>("sources", MapType.LruHash, 4096);
program.AddCode(code => code
    .If(Packet.IPv4, ipv4 => ipv4.Increment(sources[Packet.IPv4.Source]))
    .ElseIf(Packet.IPv6, ipv6 => ipv6.Increment(sources[Packet.IPv6.Source]))
    .Return("Pass"));

using var attachment = new XdpAttachOptions(args[0]).Attach(program);
Console.WriteLine($"Counting the packets of {args[0]}.");
Thread.Sleep(TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture)));
foreach (var (source, packets) in attachment.Program.Map(sources).OrderByDescending(entry => entry.Value))
    Console.WriteLine($"{source,-40}{packets,10}");
