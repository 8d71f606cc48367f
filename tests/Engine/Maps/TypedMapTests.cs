using System.Net;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Maps;

public sealed class TypedMapTests
{
    private enum Protocol : byte
    {
        Tcp = 6,
        Udp = 17,
    }

    [Fact]
    public void Entries_are_set_read_counted_and_removed()
    {
        using var map = Create<IPAddress, ulong>(MapType.Hash);
        var sources = map.As<IPAddress, ulong>();
        sources[IPAddress.Loopback] = 7;
        sources[IPAddress.IPv6Loopback] = 8;
        sources[IPAddress.Loopback]++;

        Assert.Equal(8ul, sources[IPAddress.Loopback]);
        Assert.True(sources.TryGetValue(IPAddress.IPv6Loopback, out var packets));
        Assert.Equal(8ul, packets);
        Assert.Equal(8ul, map.Get("127.0.0.1"));
        Assert.Equal(
            ["127.0.0.1=8", "::1=8"],
            sources.Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));
        Assert.True(sources.Remove(IPAddress.Loopback));
        Assert.False(sources.Remove(IPAddress.Loopback));
        Assert.False(sources.ContainsKey(IPAddress.Loopback));
        var absent = Assert.Throws<MapKeyNotFoundException>(() => sources[IPAddress.Loopback]);
        Assert.Contains("127.0.0.1", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Structs_are_keys_whatever_their_padding_holds()
    {
        using var map = Create<Flow, Counters>(MapType.Hash);
        var flows = map.As<Flow, Counters>();
        var key = WithPadding(new Flow(53, 0x01020304, Protocol.Udp));
        flows[key] = new Counters { Packets = 1, Bytes = 64 };

        Assert.Equal(64ul, flows[new Flow(53, 0x01020304, Protocol.Udp)].Bytes);
        Assert.Equal(new Flow(53, 0x01020304, Protocol.Udp), Assert.Single(flows).Key);
        var entry = Assert.IsType<OrderedDictionary<string, object?>>(Assert.Single(map.Entries()).Key);
        Assert.Equal(["Port", "Address", "Protocol"], entry.Keys);
        Assert.Equal("Udp", entry["Protocol"]);

        static unsafe Flow WithPadding(Flow flow)
        {
            ((byte*)&flow)[2] = 0xff;
            return flow;
        }
    }

    [Theory]
    [InlineData("uint16", (ushort)0x1234)]
    [InlineData("!H", (ushort)0x1234)]
    [InlineData("int32", -5)]
    [InlineData("!i", -5)]
    [InlineData("uint64", ulong.MaxValue)]
    [InlineData("bool", true)]
    [InlineData("fixed", 2.5)]
    [InlineData("string[8]", "eth0")]
    public void Values_are_those_that_objects_give(string type, object value)
    {
        switch (value)
        {
            case ushort number: Check(number); break;
            case int number: Check(number); break;
            case ulong number: Check(number); break;
            case bool truth: Check(truth); break;
            case double number: Check(number); break;
            default: Check((string)value); break;
        }

        void Check<T>(T expected)
        {
            using var map = LiveMap.Create(new Map("m", MapType.Hash, ScalarType.UInt32, EbpfType.Parse(type), 4));
            var typed = map.As<uint, T>();
            typed[1] = expected;
            Assert.Equal(expected, map.Get(1));
            map.Set(2, expected);
            Assert.Equal(expected, typed[2]);
        }
    }

    [Fact]
    public void Types_that_do_not_fit_are_refused_in_words()
    {
        using var map = Create<IPAddress, ulong>(MapType.Hash);
        var value = Assert.Throws<ArgumentException>(() => map.As<IPAddress, int>());
        Assert.Equal(
            "The values of the map 'typed': Int32 does not stand for uint64 of 8 bytes; its values are read as UInt64.",
            value.Message);
        var key = Assert.Throws<ArgumentException>(() => map.As<uint, ulong>());
        Assert.StartsWith("The keys of the map 'typed': UInt32", key.Message, StringComparison.Ordinal);
        using var pairs = Create<uint, Counters>(MapType.Hash);
        Assert.Throws<ArgumentException>(() => pairs.As<uint, Mixed>());
        using var queue = LiveMap.Create(new Map("queue", MapType.Queue, null, ScalarType.UInt32, 4));
        Assert.Throws<NotSupportedException>(() => queue.As<uint, uint>());
        Assert.Throws<ArgumentException>(() => Create<string, ulong>(MapType.Hash));
        Assert.Throws<ArgumentException>(() => Create<uint, decimal>(MapType.Hash));
        Assert.Throws<ArgumentException>(() => Create<uint, int?>(MapType.Hash));
        var floating = Assert.Throws<ArgumentException>(() => Create<uint, Floating>(MapType.Hash));
        Assert.Contains("Floating.Ratio is a Double", floating.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_map_refuses_a_key_and_names_it()
    {
        using var map = LiveMap.Create(new Map("full", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 2));
        var typed = map.As<uint, uint>();
        var refusal = Assert.Throws<EbpfCat.Kernel.KernelException>(
            () => typed.SetMany(Enumerable.Range(1, 3).Select(key => KeyValuePair.Create((uint)key, 0u))));
        Assert.Contains("the key 3 to the map 'full'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, typed.Count());
        Assert.Throws<MapKeyNotFoundException>(() => typed.Set(9, 1, MapUpdate.Replace));
    }

    [Fact]
    public void Per_CPU_values_are_summed()
    {
        using var map = Create<uint, ulong>(MapType.PerCpuHash);
        var counts = map.As<uint, ulong>();
        counts[5] = 3;
        var processors = (ulong)counts.GetPerCpu(5).Length;
        Assert.All(counts.GetPerCpu(5), one => Assert.Equal(3ul, one));
        Assert.Equal(3 * processors, counts.Sum(5));
        Assert.Equal(0ul, counts.Sum(6));
        Assert.Equal(KeyValuePair.Create(5u, 3 * processors), Assert.Single(counts.Sums()));
        Assert.Throws<NotSupportedException>(() => counts[5]);
        Assert.Throws<NotSupportedException>(() => counts.Any());
    }

    [Fact]
    public void Per_CPU_structs_are_summed_field_by_field()
    {
        using var map = Create<uint, Counters>(MapType.PerCpuHash);
        var counters = map.As<uint, Counters>();
        counters[5] = new Counters { Packets = 2, Bytes = uint.MaxValue };
        var processors = (ulong)counters.GetPerCpu(5).Length;
        var sum = counters.Sum(5);
        Assert.Equal((2 * processors, uint.MaxValue * processors), (sum.Packets, sum.Bytes));
        Assert.Equal(sum, Assert.Single(counters.Sums()).Value);
        Assert.Equal(default, counters.Sum(6));

        var definition = new ProgramDefinition("sums", ProgramType.Xdp);
        var traffic = definition.AddVariable<Counters>("traffic", VariableStorage.PerCpu);
        definition.AddCode(code => code
            .Increment(traffic.Field("Packets"))
            .Increment(traffic.Field("Bytes"), Packet.Length)
            .Return(XdpVerdict.Pass));
        using var loaded = EbpfProgram.Load(definition);
        loaded.TestRun(new byte[64], 3);
        Assert.Equal(new Counters { Packets = 3, Bytes = 192 }, loaded.Variable(traffic).Sum());

        using var texts = LiveMap.Create(
            new Map("texts", MapType.PerCpuHash, ScalarType.UInt32, new StringType(8), 4));
        Assert.Throws<NotSupportedException>(() => texts.As<uint, string>().Sums());
    }

    [Fact]
    public void A_program_gives_its_maps_and_variables_typed_and_names_the_nearest()
    {
        var definition = new ProgramDefinition("typed", ProgramType.Xdp);
        definition.AddMap<IPAddress, ulong>("sources", MapType.LruHash, 16);
        var packets = definition.AddVariable<ulong>("packets");
        var lost = definition.AddVariable<uint>("lost", VariableStorage.PerCpu);
        definition.AddCode(code =>
        {
            code.Assign(packets, packets + 1);
            code.Assign(lost, lost + 1);
            code.Return("Pass");
        });
        using var loaded = EbpfProgram.Load(definition);
        var counter = loaded.Variable<ulong>("Packets");
        loaded.TestRun(new byte[64], 3);
        Assert.Equal(3ul, counter.Value);
        counter.Value = 40;
        loaded.TestRun(new byte[64]);
        Assert.Equal(41ul, counter.Value);
        Assert.Equal(4u, loaded.Variable<uint>("lost").Sum());
        Assert.Throws<NotSupportedException>(() => loaded.Variable<uint>("lost").Value);
        Assert.Empty(loaded.Map<IPAddress, ulong>("sources"));

        var map = Assert.Throws<KeyNotFoundException>(() => loaded.Map<IPAddress, ulong>("source"));
        Assert.Equal("The program 'typed' has no map 'source'. Did you mean sources?", map.Message);
        Assert.Equal(map.Message, Assert.Throws<KeyNotFoundException>(() => loaded.Maps["source"]).Message);
        var variable = Assert.Throws<KeyNotFoundException>(() => loaded.Variables["packet"]);
        Assert.Equal("The program 'typed' has no variable 'packet'. Did you mean packets?", variable.Message);
    }

    [Fact]
    public void Lookups_and_updates_allocate_nothing()
    {
        using var map = Create<IPAddress, ulong>(MapType.Hash);
        var sources = map.As<IPAddress, ulong>();
        using var flowMap = Create<Flow, Counters>(MapType.Hash);
        var flows = flowMap.As<Flow, Counters>();
        var address = IPAddress.Parse("10.0.0.1");
        Use(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Use(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use(int times)
        {
            for (var count = 0; count < times; count++)
            {
                sources[address] = (ulong)count;
                sources.TryGetValue(address, out _);
                flows[new Flow(1, 2, Protocol.Tcp)] = new Counters { Packets = (ulong)count };
                flows.TryGetValue(new Flow(1, 2, Protocol.Udp), out _);
                flows.Remove(new Flow(1, 2, Protocol.Tcp));
            }
        }
    }

    [Fact]
    public void Entries_are_read_without_an_object_for_each()
    {
        const int count = 100_000;
        using var map = LiveMap.Create(new Map("large", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, count));
        var typed = map.As<uint, ulong>();
        typed.SetMany(Enumerable.Range(0, count).Select(key => KeyValuePair.Create((uint)key, (ulong)key)));
        Assert.Equal((ulong)count * (count - 1) / 2, Sum());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sum();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, count / 10);

        ulong Sum()
        {
            var sum = 0ul;
            foreach (var (_, value) in typed) sum += value;
            return sum;
        }
    }

    private static LiveMap Create<TKey, TValue>(MapType type)
        where TKey : notnull =>
        LiveMap.Create(new ProgramDefinition("p", ProgramType.Xdp).AddMap<TKey, TValue>("typed", type, 16));

    private readonly record struct Flow(ushort Port, uint Address, Protocol Protocol);

    private struct Counters
    {
        public ulong Packets;
        public ulong Bytes;
    }

    private record struct Mixed(uint One, uint Two, ulong Three);

    private record struct Floating(double Ratio);
}
