using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class MapTests
{
    private static MapDescriptor Hash(uint entries = 16) => Create(BpfMapType.Hash, 4, entries, "hash");

    private static MapDescriptor Create(BpfMapType type, int keySize, uint entries, string name) => Bpf.CreateMap(
        new MapCreateOptions { Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = entries, Name = name });

    private static byte[] Key(int key) => BitConverter.GetBytes(key);

    private static byte[] Value(long value) => BitConverter.GetBytes(value);

    [Fact]
    public void Entry_can_be_written_read_and_removed()
    {
        using var map = Hash();
        var value = new byte[8];
        Assert.False(Bpf.Lookup(map, Key(1), value));
        Bpf.Update(map, Key(1), Value(42));
        Assert.True(Bpf.Lookup(map, Key(1), value));
        Assert.Equal(Value(42), value);
        Assert.True(Bpf.Delete(map, Key(1)));
        Assert.False(Bpf.Delete(map, Key(1)));
    }

    [Fact]
    public void Map_info_matches_the_creation_parameters()
    {
        using var map = Bpf.CreateMap(new MapCreateOptions
        {
            Type = BpfMapType.LruHash,
            KeySize = 6,
            ValueSize = 24,
            MaxEntries = 100,
            Name = "flows of a very long name",
        });
        var info = Bpf.GetMapInfo(map);
        Assert.Equal(
            (BpfMapType.LruHash, 6, 24, 100u, "flows_of_a_very"),
            (info.Type, info.KeySize, info.ValueSize, info.MaxEntries, info.Name));
        Assert.Contains(info.Id, Bpf.MapIds());
        using var again = Bpf.GetMap(info.Id);
        Assert.Equal((6, 24), (again.KeySize, again.ValueSize));
    }

    [Fact]
    public void Adding_to_a_full_map_reports_cause_and_remedy()
    {
        using var map = Hash(1);
        Bpf.Update(map, Key(1), Value(1));
        var refusal = Assert.Throws<KernelException>(() => Bpf.Update(map, Key(2), Value(2)));
        Assert.Equal(Errno.E2BIG, refusal.Errno);
        Assert.Contains("the map is full", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("LRU", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_flags_control_whether_the_key_may_exist()
    {
        using var map = Hash();
        var absent = Assert.Throws<KernelException>(() => Bpf.Update(map, Key(1), Value(1), BpfElementFlags.Exist));
        Assert.Equal(Errno.ENOENT, absent.Errno);
        Bpf.Update(map, Key(1), Value(1), BpfElementFlags.NoExist);
        var present = Assert.Throws<KernelException>(() => Bpf.Update(map, Key(1), Value(1), BpfElementFlags.NoExist));
        Assert.Equal(Errno.EEXIST, present.Errno);
    }

    [Fact]
    public void Buffer_of_the_wrong_size_is_refused_before_the_system_call()
    {
        using var map = Hash();
        Assert.Throws<ArgumentOutOfRangeException>(() => Bpf.Lookup(map, new byte[3], new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bpf.Lookup(map, Key(1), new byte[7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bpf.Update(map, Key(1), new byte[7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bpf.GetNextKey(map, [], new byte[3]));
    }

    [Fact]
    public void Keys_are_listed_one_by_one()
    {
        using var map = Hash();
        foreach (var key in Enumerable.Range(0, 5))
        {
            Bpf.Update(map, Key(key), Value(key));
        }

        var found = new List<int>();
        byte[] last = [], next = new byte[4];
        while (Bpf.GetNextKey(map, last, next))
        {
            found.Add(BitConverter.ToInt32(next));
            last = [.. next];
        }

        Assert.Equal([0, 1, 2, 3, 4], found.Order());
    }

    [Theory]
    [InlineData("Hash")]
    [InlineData("Array")]
    [InlineData("PerCpuHash")]
    public void Batch_operations_write_and_read_all_entries(string name)
    {
        var type = Enum.Parse<BpfMapType>(name);
        using var map =
            Bpf.CreateMap(new MapCreateOptions { Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 1000 });
        var keys = new byte[4000];
        var values = new byte[1000 * map.ValueSize];
        for (var key = 0; key < 1000; key++)
        {
            Key(key).CopyTo(keys, key * 4);
            values.AsSpan(key * map.ValueSize, map.ValueSize).Fill((byte)key);
        }

        var count = 1000;
        Bpf.UpdateBatch(map, keys, values, ref count);
        Assert.Equal(1000, count);

        var found = new Dictionary<int, byte>();
        var cursor = new BatchCursor(map);
        var keyBuffer = new byte[4 * 300];
        var valueBuffer = new byte[map.ValueSize * 300];
        while (!cursor.AtEnd)
        {
            var read = Bpf.LookupBatch(map, cursor, keyBuffer, valueBuffer);
            for (var index = 0; index < read; index++)
            {
                found.Add(BitConverter.ToInt32(keyBuffer, index * 4), valueBuffer[(index * map.ValueSize) + 7]);
            }
        }

        Assert.Equal(1000, found.Count);
        Assert.All(found, entry => Assert.Equal((byte)entry.Key, entry.Value));
    }

    [Fact]
    public void Batch_that_does_not_fit_reports_how_many_were_set()
    {
        using var map = Hash(3);
        var count = 5;
        var keys = Enumerable.Range(0, 5).SelectMany(Key).ToArray();
        var refusal = Assert.Throws<KernelException>(() => Bpf.UpdateBatch(map, keys, new byte[40], ref count));
        Assert.Equal((Errno.E2BIG, 3), (refusal.Errno, count));
    }

    [Fact]
    public void Batch_operations_read_and_remove_entries()
    {
        using var map = Hash();
        var count = 4;
        var keys = Enumerable.Range(0, 4).SelectMany(Key).ToArray();
        Bpf.UpdateBatch(map, keys, new byte[32], ref count);
        Assert.Equal(4, Bpf.LookupAndDeleteBatch(map, new BatchCursor(map), new byte[64], new byte[128]));
        Assert.False(Bpf.GetNextKey(map, [], new byte[4]));
    }

    [Fact]
    public void Per_cpu_value_has_room_for_every_possible_cpu()
    {
        using var map = Bpf.CreateMap(
            new MapCreateOptions { Type = BpfMapType.PerCpuArray, KeySize = 4, ValueSize = 5, MaxEntries = 1 });
        Assert.Equal(8 * Processors.Possible.Count, map.ValueSize);
        var written = Enumerable.Range(0, map.ValueSize)
            .Select(index => index % 8 < 5 ? (byte)(index + 1) : (byte)0).ToArray();
        Bpf.Update(map, Key(0), written);
        var read = new byte[map.ValueSize];
        Assert.True(Bpf.Lookup(map, Key(0), read));
        Assert.Equal(written, read);
    }

    [Fact]
    public void Queue_returns_its_values_in_order()
    {
        using var map = Bpf.CreateMap(new MapCreateOptions { Type = BpfMapType.Queue, ValueSize = 8, MaxEntries = 4 });
        Bpf.Update(map, [], Value(1));
        Bpf.Update(map, [], Value(2));
        var value = new byte[8];
        Assert.True(Bpf.LookupAndDelete(map, [], value));
        Assert.Equal(Value(1), value);
        Assert.True(Bpf.LookupAndDelete(map, [], value));
        Assert.Equal(Value(2), value);
        Assert.False(Bpf.LookupAndDelete(map, [], value));
    }

    [Fact]
    public void Map_of_maps_returns_the_id_of_the_inner_map()
    {
        using var inner = Hash();
        using var outer = Bpf.CreateMap(new MapCreateOptions
        {
            Type = BpfMapType.ArrayOfMaps,
            KeySize = 4,
            ValueSize = 4,
            MaxEntries = 1,
            InnerMap = inner,
        });
        Bpf.Update(outer, Key(0), Key(inner.Number));
        var id = new byte[4];
        Assert.True(Bpf.Lookup(outer, Key(0), id));
        Assert.Equal(Bpf.GetMapInfo(inner).Id, BitConverter.ToUInt32(id));
    }

    [Fact]
    public void Mapped_memory_holds_the_values_of_the_entries()
    {
        using var map = Bpf.CreateMap(new MapCreateOptions
        {
            Type = BpfMapType.Array,
            KeySize = 4,
            ValueSize = 16,
            MaxEntries = 1,
            Flags = BpfMapFlags.Mappable,
        });
        using var memory = MappedMemory.Map(map, 0, Environment.SystemPageSize, writable: true);
        memory.Span[3] = 77;
        var value = new byte[16];
        Assert.True(Bpf.Lookup(map, Key(0), value));
        Assert.Equal(77, value[3]);
        value[4] = 78;
        Bpf.Update(map, Key(0), value);
        Assert.Equal(78, memory.Span[4]);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }

    [Fact]
    public void Frozen_map_is_read_only()
    {
        using var map = Hash();
        Bpf.Freeze(map);
        var refusal = Assert.Throws<KernelException>(() => Bpf.Update(map, Key(1), Value(1)));
        Assert.Contains("frozen", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_creation_names_type_and_name_of_the_map()
    {
        var refusal = Assert.Throws<KernelException>(() => Create(BpfMapType.Array, 8, 1, "odd"));
        Assert.StartsWith("Cannot create the Array map 'odd': ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Errno.EINVAL, refusal.Errno);
    }

    [Fact]
    public void Closed_map_is_refused_before_the_system_call()
    {
        var map = Hash();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Bpf.Delete(map, Key(1)));
    }
}
