using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Compiler;

public sealed class EarlyStoresTests
{
    private static readonly LocalExpression First = CodeBuilder.Local("first");
    private static readonly LocalExpression Second = CodeBuilder.Local("second");

    [Fact]
    public void Key_is_stored_to_the_stack_before_another_lookup()
    {
        using var program = Counting((code, one, other) => code.Increment(one[First]).Increment(other[Second]));

        Assert.Empty(KeptRegisters(program));
        Assert.Equal((17u, 1ul), Assert.Single(Entries(program, "one")));
        Assert.Equal((50u, 1ul), Assert.Single(Entries(program, "other")));
    }

    [Fact]
    public void Key_that_is_used_again_keeps_its_register()
    {
        using var program = Counting((code, one, other) => code
            .Increment(one[First]).Increment(other[Second]).Increment(other[Second + 1]).Increment(one[Second * 2]));

        Assert.NotEmpty(KeptRegisters(program));
        Assert.Equal([(17u, 1ul), (100u, 1ul)], Entries(program, "one"));
        Assert.Equal([(50u, 1ul), (51u, 1ul)], Entries(program, "other"));
    }

    [Fact]
    public void Store_does_not_move_above_a_read_of_the_same_local()
    {
        var pair = StructType.Create([new("Left", ScalarType.UInt32), new("Right", ScalarType.UInt32)]);
        var key = CodeBuilder.Local("key", pair);
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, pair, ScalarType.UInt64, 8);
        using var program = Script.Run(definition, code => code
            .Assign(Second, Packet.Read(17, ScalarType.UInt8))
            .Assign(key, new StructExpression([new("Left", 1), new("Right", Packet.Read(23, ScalarType.UInt8))]))
            .Increment(map[key])
            .Assign(key.Field("Right"), Second)
            .Increment(map[key]));

        Assert.Equal(
            [(1u, 17u), (1u, 50u)],
            program.Maps["map"].Entries()
                .Select(entry => ((uint)Field(entry.Key, "Left"), (uint)Field(entry.Key, "Right"))).Order());
    }

    [Fact]
    public void Each_iteration_of_a_loop_has_its_own_key()
    {
        var round = CodeBuilder.Local("round");
        using var program = Counting((code, one, other) => code.For(round, 0, 3, body => body
            .Assign(Second, Packet.Read(17, ScalarType.UInt8) + round)
            .Increment(one[round]).Increment(other[Second])));

        Assert.Equal([(0u, 1ul), (1u, 1ul), (2u, 1ul), (3u, 1ul)], Entries(program, "one"));
        Assert.Equal([(50u, 1ul), (51u, 1ul), (52u, 1ul), (53u, 1ul)], Entries(program, "other"));
    }

    // The packet's byte 23 is 17, its byte 17 is 50.
    private static LoadedProgram Counting(Action<CodeBuilder, Map, Map> count)
    {
        var definition = Script.Define();
        var one = definition.AddMap("one", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
        var other = definition.AddMap("other", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
        return Script.Run(definition, code =>
        {
            code.Assign(First, Packet.Read(23, ScalarType.UInt8)).Assign(Second, Packet.Read(17, ScalarType.UInt8));
            count(code, one, other);
        });
    }

    private static IEnumerable<Register> KeptRegisters(LoadedProgram program) =>
        program.Compiled!.Instructions.Select(instruction => instruction.Destination)
            .Where(r => r is >= Register.R6 and <= Register.R9).Distinct();

    private static IEnumerable<(uint Key, ulong Value)> Entries(LoadedProgram program, string map) =>
        program.Maps[map].Entries().Select(entry => ((uint)entry.Key!, (ulong)entry.Value!)).Order();

    private static object Field(object? key, string name) =>
        Assert.IsType<IReadOnlyDictionary<string, object?>>(key, exactMatch: false)[name]!;
}
