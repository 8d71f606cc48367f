using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Tests.Maps;

public sealed class MapTypesTests
{
    [Theory]
    [InlineData("ipaddress", "uint64")]
    [InlineData("ipv4", "fixed")]
    [InlineData("ipv6", "bool")]
    [InlineData("mac", "int16")]
    [InlineData("!H", "!I")]
    [InlineData("<q", "string[16]")]
    [InlineData("uint8", "byte[5]")]
    [InlineData("int32", "uint32[4]")]
    [InlineData("uint32", "x")]
    public void Key_and_value_types_round_trip_through_the_kernel(string key, string value)
    {
        var (keyType, valueType) = (EbpfType.Parse(key), EbpfType.Parse(value));
        using var map = LiveMap.Create(new Map("typed", MapType.Hash, keyType, valueType, 4));
        using var again = LiveMap.FromId(map.Id);
        Assert.Equal((keyType, valueType), (again.KeyType, again.ValueType));
        Assert.Equal(("typed", MapType.Hash, 4u), (again.Name, again.Type, again.MaxEntries));
    }

    [Theory]
    [InlineData("prefix4")]
    [InlineData("prefix6")]
    [InlineData("ipprefix")]
    public void Prefix_types_round_trip_through_the_kernel(string key)
    {
        using var map = LiveMap.Create(new Map("trie", MapType.LpmTrie, EbpfType.Parse(key), ScalarType.UInt32, 4));
        using var again = LiveMap.FromId(map.Id);
        Assert.Equal(EbpfType.Parse(key), again.KeyType);
    }

    [Fact]
    public void Pinned_prefixes_without_family_are_recognized()
    {
        var key = PrefixType.WithoutFamily;
        using var map = LiveMap.Create(new Map("trie", MapType.LpmTrie, key, ScalarType.UInt32, 4));
        using var again = LiveMap.FromId(map.Id);
        Assert.Equal(key, again.KeyType);
        Assert.NotEqual(EbpfType.Parse("ipprefix"), again.KeyType);
        again.Set("10.0.0.0/8", 1);
        Assert.Equal("10.0.0.0/8", $"{again.Entries().Single().Key}");
        var refusal = Assert.Throws<ArgumentException>(() => LiveMap.Create(
            new Map("trie", MapType.LpmTrie, PrefixType.IPAddress, ScalarType.UInt32, 4) { Existing = again }));
        Assert.Contains("keys of 20", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Field_names_round_trip_through_the_kernel()
    {
        var flow = EbpfType.FromDictionary(new Dictionary<string, object>
        {
            ["Source"] = "ipv4",
            ["Port"] = "!H",
            ["Proto"] = "uint8",
        });
        using var map = LiveMap.Create(new Map("flows", MapType.PerCpuHash, flow, flow, 4));
        using var again = LiveMap.FromId(map.Id);
        Assert.Equal(flow, again.KeyType);
        Assert.Equal(flow, again.ValueType);
    }

    [Fact]
    public void Map_without_BTF_has_numbers_or_bytes_by_size()
    {
        using var plain = Bpf.CreateMap(
            new MapCreateOptions { Type = BpfMapType.Hash, KeySize = 8, ValueSize = 12, MaxEntries = 1 });
        using var map = LiveMap.FromId(Bpf.GetMapInfo(plain).Id);
        Assert.Equal((ScalarType.UInt64, new BytesType(12)), (map.KeyType, map.ValueType));
        using var queue = LiveMap.Create(new Map("queue", MapType.Queue, null, ScalarType.UInt16, 4));
        using var again = LiveMap.FromId(queue.Id);
        Assert.Null(again.KeyType);
        again.Push(7);
        Assert.True(queue.Pop(out var value));
        Assert.Equal((ushort)7, value);
    }

    [Fact]
    public void Pin_restores_a_truncated_map_name()
    {
        using var fileSystem = new Tests.Kernel.TemporaryBpfFileSystem();
        const string Name = "a_name_of_more_than_15_letters";
        using var map = LiveMap.Create(new Map(Name, MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 4));
        map.Pin(fileSystem.PathOf(Name));
        map.Pin(fileSystem.PathOf("elsewhere"));
        using var same = LiveMap.Open(fileSystem.PathOf(Name));
        using var other = LiveMap.Open(fileSystem.PathOf("elsewhere"));
        Assert.Equal((Name, "a_name_of_more_"), (same.Name, other.Name));
    }

    [Theory]
    [InlineData(MapType.RingBuffer, 4096 * 16)]
    [InlineData(MapType.PerfEventArray, 0)]
    [InlineData(MapType.ProgramArray, 4)]
    [InlineData(MapType.StackTrace, 16)]
    [InlineData(MapType.DevMap, 4)]
    [InlineData(MapType.CpuMap, 1)]
    [InlineData(MapType.SockHash, 4)]
    public void Maps_with_kernel_defined_values_need_no_types(MapType type, int entries)
    {
        using var map = LiveMap.Create(new Map("special", type, null, null, entries));
        Assert.Contains(map.Id, Bpf.MapIds());
    }

    [Fact]
    public void Map_of_maps_takes_its_shape_from_the_inner_map()
    {
        var inner = new Map("inner", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 4);
        using var map =
            LiveMap.Create(new Map("outer", MapType.HashOfMaps, ScalarType.UInt32, null, 4, InnerMap: inner));
        using var one = LiveMap.Create(inner);
        map.Set(1, one);
        Assert.Equal(one.Id, map.Get(1));
    }
}
