#!/usr/bin/env dotnet
#:project ../src/Engine/EbpfCat.Engine.csproj

// Drops the packets from addresses and networks, for a number of seconds, and counts them:
//
//     sudo dotnet run examples/DropList.cs eth0 60 192.0.2.0/24 2001:db8::1/128

using System.Globalization;
using System.Net;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;

var program = new ProgramDefinition("drop_list", ProgramType.Xdp);
var blocked = program.AddMap<IPNetwork, ulong>("blocked", MapType.LpmTrie, 4096);
program.AddCode(code => code
    .If(Packet.IPv4.And(blocked.Contains(Packet.IPv4.Source)),
        then => then.Increment(blocked[Packet.IPv4.Source]).Return("Drop"))
    .If(Packet.IPv6.And(blocked.Contains(Packet.IPv6.Source)),
        then => then.Increment(blocked[Packet.IPv6.Source]).Return("Drop"))
    .Return("Pass"));

using var loaded = EbpfProgram.Load(program);
var networks = loaded.Map(blocked);
foreach (var network in args[2..]) networks[IPNetwork.Parse(network)] = 0;
using var attachment = new XdpAttachOptions(args[0]).Attach(loaded);
Console.WriteLine($"Dropping packets of {args[0]}.");
Thread.Sleep(TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture)));
foreach (var (network, dropped) in networks) Console.WriteLine($"{network,-44}{dropped,10}");
