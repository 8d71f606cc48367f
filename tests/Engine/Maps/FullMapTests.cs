using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Maps;

/// <summary>Updates that find a map full are counted.</summary>
public sealed class FullMapTests
{
    private const int Entries = 4;
    private const int Keys = 10;

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    public void Additions_to_a_full_map_are_counted(MapType type) =>
        Assert.Equal(2 * (Keys - Entries), Lost(type, (code, map, key) => code.Increment(map[key])));

    [Fact]
    public void Assignments_to_a_full_map_are_counted() =>
        Assert.Equal(2 * (Keys - Entries), Lost(MapType.Hash, (code, map, key) => code.Assign(map[key], 1)));

    [Fact]
    public void Calls_that_set_an_entry_of_a_full_map_are_counted() =>
        Assert.Equal(2 * (Keys - Entries), Lost(MapType.Hash, (code, map, key) => code.Do(map.Set(key, 1))));

    [Fact]
    public void Observations_for_a_full_map_are_counted() => Assert.Equal(
        2 * (Keys - Entries),
        Lost(MapType.Hash, (code, map, key) => code.Do(map.Observe(key, 1)), StatisticsType.Instance));

    [Fact]
    public void Map_that_makes_room_loses_nothing() =>
        Assert.Equal(0, Lost(MapType.LruHash, (code, map, key) => code.Increment(map[key])));

    [Fact]
    public void Maps_that_are_never_full_cost_no_count()
    {
        var definition = new ProgramDefinition("bytes", ProgramType.Xdp);
        var map = definition.AddMap("bytes", MapType.Hash, ScalarType.UInt8, ScalarType.UInt64, 256);
        definition.AddCode(code => code.Increment(map[1]));
        Assert.Equal(["bytes"], EbpfProgram.Compile(definition).Maps.Select(one => one.Name));
    }

    // How many updates are lost when a program has gone through the keys twice.
    private static long Lost(
        MapType type, Action<CodeBuilder, Map, Expression> update, EbpfType? value = null)
    {
        var definition = new ProgramDefinition("full", ProgramType.Xdp);
        var map = definition.AddMap("counts", type, ScalarType.UInt32, value ?? ScalarType.UInt64, Entries);
        var round = definition.AddVariable("round", ScalarType.UInt32);
        definition.AddCode(code =>
        {
            update(code, map, round % Keys);
            code.Increment(round);
        });
        using var program = EbpfProgram.Load(definition);
        for (var i = 0; i < 2 * Keys; i++) program.TestRun(new byte[64]);
        Assert.Equal(["round"], program.Variables.Keys);
        return program.Maps["counts"].LostUpdates;
    }
}
