using System.Net;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class MapExpressionTests
{
    private static readonly StructType Flow =
        StructType.Create([new("Source", AddressType.IPv4), new("Port", ScalarType.UInt16)]);

    private static readonly StructType Count =
        StructType.Create([new("Packets", ScalarType.UInt64), new("Bytes", ScalarType.UInt64)]);

    private static Expression Source => Packet.IPv4["Source"];

    [Fact]
    public void Fields_of_struct_values_are_changed_in_place()
    {
        var definition = Script.Define();
        var flows = definition.AddMap("flows", MapType.Hash, Flow, Count, 8);
        var key = new StructExpression([new("Source", Source), new("Port", Packet.Udp["DestinationPort"])]);
        using var program = Script.Run(
            definition, c => c.Increment(flows[key].Field("Packets"))
                .Increment(flows[key].Field("Bytes"), Packet.Length), repeat: 3);
        var entry = Assert.Single(program.Maps["flows"].Entries());
        var (found, value) = (Fields(entry.Key), Fields(entry.Value));
        Assert.Equal((IPAddress.Parse("10.77.0.2"), (ushort)53), (found["Source"], found["Port"]));
        Assert.Equal((3ul, 192ul), (value["Packets"], value["Bytes"]));
    }

    [Fact]
    public void Struct_local_becomes_a_key_by_field_names()
    {
        var definition = Script.Define();
        var flows = definition.AddMap("flows", MapType.Hash, Flow, ScalarType.UInt64, 8);
        var (other, part) = (CodeBuilder.Local("other"), CodeBuilder.Local("part"));
        using var program = Script.Run(definition, c => c
            .Assign(part, Packet.Udp["DestinationPort"] + 0)
            // The port comes first, as a 64-bit number.
            .Assign(other, new StructExpression([new("Port", part), new("Source", Source)]))
            .Increment(flows[other]).Increment(flows[new StructExpression([new("Source", Source), new("Port", part)])])
            .If(flows.Contains(other), then => then.Increment(flows[other], 10)));
        // One entry: the padding is the same for every form of the key.
        var entry = Assert.Single(program.Maps["flows"].Entries());
        Assert.Equal((IPAddress.Parse("10.77.0.2"), (ushort)53, 12ul),
            (Fields(entry.Key)["Source"], Fields(entry.Key)["Port"], entry.Value));
    }

    [Theory]
    [InlineData("Source", "it lacks Port")]
    [InlineData("Source,Port,Kind", "Kind is not among those fields")]
    [InlineData("Source,Prt", "it lacks Port, and Prt is not among those fields")]
    public void Struct_local_with_wrong_fields_is_refused_as_a_key(string fields, string problem)
    {
        var definition = Script.Define();
        var flows = definition.AddMap("flows", MapType.Hash, Flow, ScalarType.UInt64, 8);
        var key = CodeBuilder.Local("key");
        var refusal = Assert.Throws<CompileException>(() => Script.Load(definition, c => c
            .Assign(key, new StructExpression(
                [.. fields.Split(',').Select(name => KeyValuePair.Create(name, name == "Source" ? Source : 1))]))
            .Increment(flows[key])));
        Assert.Contains(problem + ".", refusal.Problem, StringComparison.Ordinal);
        Assert.Contains("Source, Port", refusal.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Lookup_can_have_an_else_branch()
    {
        var definition = Script.Define();
        var known = definition.AddMap("known", MapType.Hash, AddressType.IPv4, ScalarType.UInt32, 8);
        using var program = Script.Run(definition, c => c.If(
            known.Contains(Source), then => then.Increment(known[Source], 10), @else => @else.Assign(known[Source], 1)),
                repeat: 3);
        Assert.Equal(21u, program.Maps["known"].Get("10.77.0.2"));
    }

    [Fact]
    public void An_absent_key_reads_as_zero_and_stays_absent()
    {
        var definition = Script.Define();
        var known = definition.AddMap("known", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 8);
        var result = definition.AddVariable("result", ScalarType.UInt32);
        using var program = Script.Run(definition, c => c.Assign(result, known[5] + 1));
        Assert.Equal(1u, program.Variables["result"].Value);
        Assert.Empty(program.Maps["known"].Entries());
    }

    [Fact]
    public void Add_requires_an_absent_key_and_replace_an_existing_one()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 8);
        VariableExpression[] done =
            [.. Enumerable.Range(0, 4).Select(i => definition.AddVariable($"done{i}", ScalarType.Boolean))];
        using var program = Script.Run(definition, c => c
            .Assign(done[0], map.Add(1, 10)).Assign(done[1], map.Add(1, 11))
            .Assign(done[2], map.Replace(2, 20)).Assign(done[3], map.Replace(1, 12)));
        Assert.Equal([true, false, false, true], done.Select(each => program.Variables[each.Variable.Name].Value));
        Assert.Equal([new MapEntry(1u, 12u)], program.Maps["map"].Entries());
    }

    [Fact]
    public void Pop_returns_and_removes_a_value()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 8);
        var (popped, nothing) =
            (definition.AddVariable("popped", ScalarType.UInt32), definition.AddVariable("nothing", ScalarType.UInt32));
        using var program =
            Script.Run(definition, c => c.Assign(map[1], 5).Assign(popped, map.Pop(1)).Assign(nothing, map.Pop(1)));
        Assert.Equal((5u, 0u), (program.Variables["popped"].Value, program.Variables["nothing"].Value));
        Assert.Empty(program.Maps["map"].Entries());
    }

    [Fact]
    public void LRU_map_evicts_old_keys()
    {
        var definition = Script.Define();
        var next = definition.AddVariable("next", ScalarType.UInt32);
        var recent = definition.AddMap("recent", MapType.LruHash, ScalarType.UInt32, ScalarType.UInt32, 64);
        using var program = Script.Run(definition, c => c.Increment(next).Assign(recent[next], next), repeat: 1000);
        var keys = program.Maps["recent"].Entries().Select(entry => (uint)entry.Key!).ToArray();
        Assert.InRange(keys.Length, 1, 64);
        Assert.Contains(1000u, keys);
        Assert.DoesNotContain(1u, keys);
    }

    [Theory]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruPerCpuHash)]
    public void Per_CPU_map_has_a_value_for_each_processor(MapType type)
    {
        var definition = Script.Define();
        var counts = definition.AddMap("counts", type, AddressType.IPv4, ScalarType.UInt64, 64);
        using var program = Script.Run(definition, c => c.Increment(counts[Source]), repeat: 6);
        Assert.Equal(6ul, ((ulong[])program.Maps["counts"].Get("10.77.0.2")!).Aggregate((a, b) => a + b));
    }

    [Fact]
    public void Trie_lookup_finds_the_longest_prefix()
    {
        var definition = Script.Define();
        var routes = definition.AddMap("routes", MapType.LpmTrie, PrefixType.IPv4, ScalarType.UInt32, 8);
        var found = definition.AddVariable("found", ScalarType.UInt32);
        using var program = Script.Load(definition, c => c.Assign(found, routes[Source]));
        program.Maps["routes"].Set("10.0.0.0/8", 1);
        program.Maps["routes"].Set("10.77.0.0/16", 2);
        program.TestRun(Script.Packet());
        Assert.Equal(2u, program.Variables["found"].Value);
    }

    [Theory]
    [InlineData("10.77.0.2", 4u)]
    [InlineData("192.168.0.1", 0u)]
    [InlineData("fd77::2", 6u)]
    [InlineData("::", 6u)]
    public void IPv6_prefix_covers_no_IPv4_address(string address, uint expected)
    {
        var definition = Script.Define();
        var networks = definition.AddMap("networks", MapType.LpmTrie, PrefixType.IPAddress, ScalarType.UInt32, 8);
        var any = definition.AddVariable("any", AddressType.IPAddress, initialValue: address);
        var found = definition.AddVariable("found", ScalarType.UInt32);
        var source = definition.AddVariable("source", ScalarType.UInt32);
        using var program = Script.Load(
            definition, c => c.Assign(found, networks[any]).Assign(source, networks[Source]));
        program.Maps["networks"].Set("::/0", 6);
        Assert.Equal(expected == 4 ? 0 : expected, Found("found"));
        program.Maps["networks"].Set("10.77.0.0/16", 4);
        Assert.Equal(expected, Found("found"));
        Assert.Equal(4u, Found("source"));
        Assert.Equal(["10.77.0.0/16", "::/0"],
            program.Maps["networks"].Entries().Select(entry => $"{entry.Key}").Order(StringComparer.Ordinal));

        uint Found(string variable)
        {
            program.TestRun(Script.Packet());
            return (uint)program.Variables[variable].Value!;
        }
    }

    [Theory]
    [InlineData(MapType.Queue, 1u)]
    [InlineData(MapType.Stack, 3u)]
    public void Queues_and_stacks_support_push_peek_and_pop(MapType type, uint next)
    {
        var definition = Script.Define();
        var numbers = definition.AddMap("numbers", type, null, ScalarType.UInt32, 3);
        var (seen, taken) =
            (definition.AddVariable("seen", ScalarType.UInt32), definition.AddVariable("taken", ScalarType.UInt32));
        using var program = Script.Run(definition, c =>
        {
            foreach (var number in (int[])[1, 2, 3]) c.Do(numbers.Push(number));
            c.Assign(seen, numbers.Peek()).Assign(taken, numbers.Pop());
        });
        Assert.Equal((next, next), (program.Variables["seen"].Value, program.Variables["taken"].Value));
    }

    [Fact]
    public void Bloom_filter_contains_pushed_values()
    {
        var definition = Script.Define();
        var seen = definition.AddMap("seen", MapType.BloomFilter, null, AddressType.IPv4, 100);
        LoadedProgram Load() => Script.Load(definition, c => c
            .If(seen.Contains(Source), then => then.Return("Drop")).Do(seen.Push(Source)).Return("Pass"));
        if (Newer.IsRefused(BpfMapType.BloomFilter, () => Load().Dispose())) return;
        using var program = Load();
        Assert.Equal(["Pass", "Drop"], Enumerable.Range(0, 2).Select(_ => program.TestRun(Script.Packet()).Verdict));
    }

    [Theory]
    [InlineData(MapType.HashOfMaps)]
    [InlineData(MapType.ArrayOfMaps)]
    public void Map_of_maps_is_indexed_by_two_keys(MapType type)
    {
        var inner = new Map("inner", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        using var live = LiveMap.Create(inner);
        var definition = Script.Define();
        var outer = definition.AddMap(LiveMap.Complete(new Map("outer", type, null, null, 4, InnerMap: inner)));
        var missing = definition.AddVariable("missing", ScalarType.UInt64, initialValue: 9);
        using var program = Script.Load(definition, c => c
            .Increment(outer[1][Source], 5).Assign(missing, outer[2][Source]).Assign(outer[2][Source], 7));
        program.Maps["outer"].Set(1u, live);
        program.TestRun(Script.Packet(), 2);
        Assert.Equal(10ul, live.Get("10.77.0.2"));
        Assert.Equal(0ul, program.Variables["missing"].Value);
        Assert.Equal(live.Id, program.Maps["outer"].Get(1u));
        Assert.Equal(AddressType.IPv4, LiveMap.FromId(program.Maps["outer"].Id).InnerMap!.Key);
    }

    [Fact]
    public void Tail_call_continues_in_another_program()
    {
        var definition = Script.Define();
        var names = new EnumType(ScalarType.UInt32, [new("next", 0), new("other", 1)]);
        var programs = definition.AddMap(LiveMap.Complete(new Map("programs", MapType.ProgramArray, names, null, 2)));
        using var program = Script.Load(definition, c => c.Do(programs.TailCall("other")).Return("Drop"));
        using var next = Script.Load(Script.Define(), c => c.Return("Tx"));
        Assert.Equal("Drop", program.TestRun(Script.Packet()).Verdict);
        program.Maps["programs"].Set("other", next);
        Assert.Equal("Tx", program.TestRun(Script.Packet()).Verdict);
        Assert.Equal(next.Id, program.Maps["programs"].Get("other"));
    }

    [Theory]
    [InlineData(MapType.CpuMap, 192u)]
    [InlineData(MapType.DevMap, "lo")]
    [InlineData(MapType.DevMapHash, "lo")]
    public void Redirect_falls_back_to_a_verdict_for_an_absent_key(MapType type, object value)
    {
        Assert.SkipWhen(
            type == MapType.CpuMap && EbpfCat.Kernel.Processors.Online.Count < 2, "there is no second processor");
        var definition = Script.Define();
        var targets = definition.AddMap(LiveMap.Complete(new Map("targets", type, null, null, 2)));
        using var program = Script.Load(definition, c => c.Return(targets.Redirect(1, "Drop")));
        Assert.Equal("Drop", program.TestRun(Script.Packet()).Verdict);
        program.Maps["targets"].Set(1u, value);
        Assert.Equal(value, program.Maps["targets"].Get(1u));
        // A test run sends nothing to a processor; for a device only the verdict is checked.
        Assert.Equal("Redirect", program.TestRun(Script.Packet()).Verdict);
    }

    [Fact]
    public void Programs_can_share_a_map()
    {
        var counts = new Map("counts", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
        using var live = LiveMap.Create(counts);
        for (var number = 0; number < 2; number++)
        {
            var definition = Script.Define();
            var shared = definition.AddMap(live.ToDefinition());
            Script.Run(definition, c => c.Increment(shared[1])).Dispose();
        }

        Assert.Equal(2ul, live.Get(1u));
    }

    private static IReadOnlyDictionary<string, object?> Fields(object? value) =>
        Assert.IsType<IReadOnlyDictionary<string, object?>>(value, exactMatch: false);
}
