using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Maps;

public sealed class LiveVariableTests
{
    private static readonly byte[] Packet = new byte[64];

    [Theory]
    [InlineData(VariableStorage.Array)]
    [InlineData(VariableStorage.PerCpu)]
    [InlineData(VariableStorage.Hash)]
    public void Variable_is_shared_with_the_program(VariableStorage storage)
    {
        using var program = ProgramLoader.Load(Sample.Counter(storage, initialValue: 5));
        var variable = program.Variables["PACKETS"];
        var start = Sum(variable.Value);
        Assert.Equal(storage == VariableStorage.PerCpu ? 5ul * (ulong)Processors.Possible.Count : 5ul, start);
        program.TestRun(Packet, 3);
        Assert.Equal(start + 3, Sum(variable.Value));
        variable.Value = 0;
        program.TestRun(Packet, 2);
        Assert.Equal(2ul, Sum(variable.Value));
        variable.Clear();
        Assert.Equal(0ul, Sum(variable.Value));
        var other = program.Variables["other"].Value;
        Assert.Equal(
            storage == VariableStorage.PerCpu ? Enumerable.Repeat(7u, Processors.Possible.Count).ToArray() : 7u, other);
    }

    [Theory]
    [InlineData(VariableStorage.Array)]
    [InlineData(VariableStorage.PerCpu)]
    [InlineData(VariableStorage.Hash)]
    public void Program_opened_by_id_has_its_variables(VariableStorage storage)
    {
        using var program = ProgramLoader.Load(Sample.Counter(storage));
        program.TestRun(Packet, 4);
        using var again = LoadedProgram.FromId(program.Id);
        Assert.Equal(["other", "packets"], again.Variables.Keys.Order(StringComparer.Ordinal));
        var variable = again.Variables["packets"];
        Assert.Equal((ScalarType.UInt64, storage, 4ul), (variable.Type, variable.Storage, Sum(variable.Value)));
        again.Variables["other"].Value = 9;
        Assert.Equal(program.Variables["other"].Value, again.Variables["other"].Value);
        Assert.Equal(4ul, Sum(program.Variables["packets"].Value));
    }

    [Theory]
    [InlineData("uint8", 255)]
    [InlineData("int16", -2)]
    [InlineData("fixed", 2.5)]
    [InlineData("!I", 0x01020304u)]
    [InlineData("bool", true)]
    [InlineData("string[8]", "eth0")]
    [InlineData("uint32[3]", new uint[] { 1, 2, 3 })]
    public void Values_of_every_type_round_trip(string type, object value)
    {
        using var map = LiveMap.Create(
            new Map("values", MapType.Array, ScalarType.UInt32, new BytesType(32), 1, MapFlags.Mappable));
        var variable = new LiveVariable("v", EbpfType.Parse(type), VariableStorage.Array, map, 0, 8);
        variable.Value = value;
        Assert.Equivalent(value, variable.Value);
        Assert.Equal(EbpfType.Parse(type).ToBytes(value), ((byte[])map.Get(0)!)[8..(8 + variable.Type.Size)]);
        Assert.All(((byte[])map.Get(0)!)[..8], one => Assert.Equal(0, one));
    }

    [Fact]
    public void Value_out_of_range_names_the_variable_and_changes_nothing()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        var refusal = Assert.Throws<TypeConversionException>(() => program.Variables["other"].Value = 1L << 32);
        Assert.StartsWith("other: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(7u, program.Variables["other"].Value);
    }

    [Fact]
    public void Reading_a_disposed_variable_throws()
    {
        var program = ProgramLoader.Load(Sample.Counter());
        var variable = program.Variables["packets"];
        _ = variable.Value;
        program.Dispose();
        Assert.Throws<ObjectDisposedException>(() => variable.Value);
    }

    [Fact]
    public void Maps_of_other_kinds_hold_no_variables()
    {
        using var map = LiveMap.Create(new Map("plain", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 1));
        Assert.Empty(LiveVariable.FromMap(map));
    }

    private static ulong Sum(object? value) =>
        value is ulong[] each ? each.Aggregate(0ul, (sum, one) => sum + one) : Convert.ToUInt64(value, null);
}
