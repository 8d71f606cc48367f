using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Maps;

public sealed class LiveMapTests
{
    private static readonly EbpfType Key = ScalarType.UInt32;
    private static readonly EbpfType Value = ScalarType.UInt64;

    private static LiveMap Create(
        MapType type = MapType.Hash, EbpfType? key = null, EbpfType? value = null, int entries = 16,
        string name = "sample") =>
        LiveMap.Create(new Map(name, type, key ?? Key, value ?? Value, entries));

    public static TheoryData<string, object, string, object> Pairs() => new()
    {
        { "ipaddress", IPAddress.Parse("10.0.0.1"), "uint64", 42ul },
        { "ipaddress", IPAddress.Parse("fd00::1"), "int32", -1 },
        { "ipv4", IPAddress.Parse("10.0.0.1"), "fixed", 1.25 },
        { "mac", PhysicalAddress.Parse("00-11-22-33-44-55"), "bool", true },
        { "!H", (ushort)443, "string[16]", "https" },
        { "uint32", 7u, "byte[3]", new byte[] { 1, 2, 3 } },
        { "int64", long.MinValue, "uint16[2]", new ushort[] { 1, 65535 } },
    };

    [Theory]
    [InlineData(MapType.Hash, "uint32")]
    [InlineData(MapType.PerCpuHash, "uint32")]
    [InlineData(MapType.LpmTrie, "prefix4")]
    public void Map_becomes_what_a_list_says(MapType type, string keyType)
    {
        using var map = Create(type, EbpfType.Parse(keyType), entries: 64);
        object KeyOf(int number) => keyType == "prefix4" ? $"10.0.{number}.0/24" : (uint)number;
        MapEntry[] List(int from, int to, ulong value) =>
            [.. Enumerable.Range(from, to - from).Select(number => new MapEntry(KeyOf(number), value))];
        Assert.Equal((40, 0), map.Synchronize(List(0, 40, 1)));
        Assert.Equal((0, 0), map.Synchronize(List(0, 40, 1)));
        // More entries than the map holds together with the old ones.
        Assert.Equal((40, 20), map.Synchronize([.. List(20, 30, 1), .. List(30, 70, 2)]));
        Assert.Equal(50, map.Entries().Count());
        Assert.Throws<TypeConversionException>(() => map.Synchronize([new MapEntry(KeyOf(1), "x")]));
        Assert.Equal(50, map.Entries().Count());
        var taken = map.Take(KeyOf(20));
        object one = type == MapType.PerCpuHash ? Enumerable.Repeat(1ul, Processors.Possible.Count).ToArray() : 1ul;
        Assert.Equal(one, taken!.Value);
        Assert.Null(map.Take(KeyOf(20)));
        Assert.Equal((0, 49), map.Synchronize([]));
        Assert.Empty(map.Entries());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Entries_can_be_set_read_and_removed(string keyType, object key, string valueType, object value)
    {
        using var map = Create(key: EbpfType.Parse(keyType), value: EbpfType.Parse(valueType));
        Assert.False(map.TryGet(key, out _));
        map.Set(key, value);
        Assert.Equal(value, map.Get(key));
        Assert.Equal([key], map.Entries().Select(entry => entry.Key));
        Assert.True(map.Remove(key));
        Assert.False(map.Remove(key));
    }

    [Fact]
    public void Keys_and_values_can_be_structs()
    {
        var flow = EbpfType.FromDictionary(new Dictionary<string, object> { ["Source"] = "ipv4", ["Port"] = "!H" });
        using var map = Create(key: flow);
        map.Set(new Dictionary<string, object> { ["Source"] = "10.0.0.1", ["Port"] = 53 }, 9);
        var entry = Assert.Single(map.Entries());
        var key = Assert.IsType<OrderedDictionary<string, object?>>(entry.Key);
        Assert.Equal((IPAddress.Parse("10.0.0.1"), (ushort)53, 9ul), (key["source"], key["port"], entry.Value));
    }

    [Fact]
    public void Reading_an_absent_key_names_the_key()
    {
        using var map = Create(key: AddressType.IPAddress);
        var absent = Assert.Throws<MapKeyNotFoundException>(() => map.Get("10.0.0.9"));
        Assert.Equal("The map 'sample' has no key '10.0.0.9'.", absent.Message);
        var replaced = Assert.Throws<MapKeyNotFoundException>(() => map.Set("10.0.0.9", 1, MapUpdate.Replace));
        Assert.Equal("10.0.0.9", replaced.Key);
        Assert.Empty(map.Entries());
    }

    [Fact]
    public void Index_beyond_an_array_reports_the_valid_indices()
    {
        using var map = Create(MapType.Array, entries: 4);
        Assert.Contains(
            "0 to 3", Assert.Throws<MapKeyNotFoundException>(() => map.Get(4)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "0 to 3", Assert.Throws<MapKeyNotFoundException>(() => map.Set(4, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adding_to_a_full_map_reports_its_size_and_a_remedy()
    {
        using var map = Create(entries: 1);
        map.Set(1, 1);
        var full = Assert.Throws<KernelException>(() => map.Set(2, 2));
        Assert.Contains("holds at most 1 entries (MaxEntries)", full.Message, StringComparison.Ordinal);
        Assert.Contains("LruHash", full.Remedy, StringComparison.Ordinal);
        Assert.Contains("key 2", full.Message, StringComparison.Ordinal);
        Assert.Equal([1u], map.Entries().Select(entry => entry.Key));
    }

    [Fact]
    public void Key_or_value_out_of_range_changes_nothing()
    {
        using var map = Create(value: ScalarType.UInt8);
        map.Set(1, 255);
        var value = Assert.Throws<TypeConversionException>(() => map.Set(1, 256));
        Assert.Contains("'sample'", value.Message, StringComparison.Ordinal);
        Assert.Contains("0 to 255", value.Message, StringComparison.Ordinal);
        Assert.Throws<TypeConversionException>(() => map.Set(-1, 1));
        Assert.Equal((byte)255, map.Get(1));
    }

    [Fact]
    public void Add_fails_for_a_key_that_exists()
    {
        using var map = Create();
        map.Set(1, 1, MapUpdate.Add);
        Assert.Equal(Errno.EEXIST, Assert.Throws<KernelException>(() => map.Set(1, 2, MapUpdate.Add)).Errno);
        map.Set(1, 3, MapUpdate.Replace);
        Assert.Equal(3ul, map.Get(1));
    }

    [Theory]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.PerCpuArray)]
    [InlineData(MapType.LruPerCpuHash)]
    public void Per_cpu_value_reads_as_an_array(MapType type)
    {
        using var map = Create(type, value: ScalarType.UInt16);
        var count = Processors.Possible.Count;
        ushort[] each = [.. Enumerable.Range(1, count).Select(number => (ushort)number)];
        map.Set(1, each);
        Assert.Equal(each, Assert.IsType<ushort[]>(map.Get(1)));
        map.Set(1, 9);
        Assert.Equal(Enumerable.Repeat((ushort)9, count), Assert.IsType<ushort[]>(map.Get(1)));
        Assert.Throws<TypeConversionException>(() => map.Set(1, new ushort[count + 1]));
        Assert.Equal(9, ((ushort[])map.Entries().Single(entry => (uint)entry.Key! == 1).Value!)[0]);
    }

    [Fact]
    public void Byte_array_sets_all_cpus_and_an_array_of_them_sets_each()
    {
        using var map = Create(MapType.PerCpuHash, value: new BytesType(3));
        map.Set(1, new byte[] { 1, 2, 3 });
        var values = Assert.IsType<object?[]>(map.Get(1));
        Assert.All(values, value => Assert.Equal(new byte[] { 1, 2, 3 }, value));
        map.Set(2, values);
        Assert.Equal(values, map.Get(2));
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.Array)]
    public void Many_entries_can_be_set_listed_and_cleared(MapType type)
    {
        const int Count = 20_000;
        using var map = Create(type, entries: Count * 4);
        map.SetMany(Enumerable.Range(0, Count).Select(number => new MapEntry(number, number * 2)));
        var sums = map.Entries()
            .ToDictionary(entry => (uint)entry.Key!, entry => entry.Value is ulong[] all ? all[^1] : entry.Value);
        Assert.Equal(type == MapType.Array ? Count * 4 : Count, sums.Count);
        Assert.All(Enumerable.Range(0, Count), number => Assert.Equal((ulong)number * 2, sums[(uint)number]));
        map.Clear();
        if (type == MapType.Array) Assert.All(map.Entries(), entry => Assert.Equal(0ul, entry.Value));
        else Assert.Empty(map.Entries());
    }

    [Fact]
    public void Setting_too_many_entries_names_the_first_key_that_did_not_fit()
    {
        using var map = Create(entries: 100);
        var full = Assert.Throws<KernelException>(
            () => map.SetMany(Enumerable.Range(0, 200).Select(number => new MapEntry(number, number))));
        Assert.Contains("holds at most 100 entries", full.Message, StringComparison.Ordinal);
        Assert.Equal(100, map.Entries().Count());
    }

    [Fact]
    public void Trie_lists_and_clears_its_prefixes()
    {
        using var map = Create(MapType.LpmTrie, PrefixType.IPv4);
        map.SetMany([new MapEntry("10.0.0.0/8", 8), new MapEntry("10.1.0.0/16", 16)]);
        Assert.Equal(16ul, map.Get(IPAddress.Parse("10.1.2.3")));
        Assert.Equal(8ul, map.Get(IPAddress.Parse("10.2.2.3")));
        Assert.Equal(
            ["10.0.0.0/8", "10.1.0.0/16"],
            map.Entries().Select(entry => entry.Key!.ToString()).Order(StringComparer.Ordinal));
        map.Clear();
        Assert.Empty(map.Entries());
    }

    [Fact]
    public void Queue_pops_the_oldest_value_and_stack_the_newest()
    {
        using var queue = Create(MapType.Queue, entries: 2);
        using var stack = Create(MapType.Stack, entries: 2);
        foreach (var map in new[] { queue, stack })
        {
            Assert.False(map.Pop(out _));
            map.Push(1);
            map.Push(2);
            Assert.Contains(
                "MaxEntries", Assert.Throws<KernelException>(() => map.Push(3)).Message, StringComparison.Ordinal);
        }

        queue.Push(3, replaceOldest: true);
        Assert.True(queue.Peek(out var next) && queue.Pop(out _) && stack.Pop(out _));
        Assert.Equal(2ul, next);
        Assert.True(stack.Pop(out var last));
        Assert.Equal(1ul, last);
        Assert.Throws<NotSupportedException>(() => queue.Entries());
        queue.Clear();
        Assert.False(queue.Peek(out _));
    }

    [Fact]
    public void Bloom_filter_contains_added_values()
    {
        if (Newer.IsRefused(BpfMapType.BloomFilter, () => Create(MapType.BloomFilter).Dispose())) return;
        using var map = Create(MapType.BloomFilter);
        Assert.False(map.MayContain(5));
        map.Push(5);
        Assert.True(map.MayContain(5));
    }

    [Fact]
    public void Map_is_shared_if_shapes_match()
    {
        using var map = Create();
        map.Set(1, 11);
        using var byId = LiveMap.FromId(map.Id);
        foreach (var existing in new IExistingMap[] { map, byId })
        {
            using var shared = LiveMap.Create(new Map("other", MapType.Hash, Key, Value, 16) { Existing = existing });
            Assert.Equal(("other", map.Id, 11ul), (shared.Name, shared.Id, shared.Get(1)));
        }

        var refusal = Assert.Throws<ArgumentException>(
            () => LiveMap.Create(new Map("other", MapType.Hash, Key, ScalarType.UInt8, 16) { Existing = map }));
        Assert.Contains("values of 8 bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Timing")]
    public void Million_entries_are_read_within_seconds()
    {
        const int Count = 1_000_000;
        using var map = Create(entries: Count);
        map.SetMany(Enumerable.Range(0, Count).Select(number => new MapEntry((uint)number, (ulong)number)));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var sum = 0ul;
        var count = 0;
        foreach (var entry in map.Entries())
        {
            sum += (ulong)entry.Value!;
            count++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms");
        Assert.Equal((Count, 499_999_500_000ul), (count, sum));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
