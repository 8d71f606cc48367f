using System.Runtime.InteropServices;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class BitVariableTests
{
    [Theory]
    [InlineData("uint8:3", 13, 5)]
    [InlineData("B:4:3", 13, 5)]
    [InlineData("!H:3:10", 1024 + 7, 7)]
    [InlineData("int16:5:4", 9, -7)]
    [InlineData("uint64:60:4", 31, 15)]
    public void Bit_variable_keeps_its_low_bits(string type, long given, long kept)
    {
        var bits = EbpfType.Parse(type);
        Assert.Equal(kept, Script.Number(definition =>
        {
            var shared = definition.AddVariable("bits", bits);
            definition.AddCode(code => code.Assign(shared, given));
            return shared;
        }));
        var local = new Local("local", bits);
        Assert.Equal(kept, Script.Number(definition =>
        {
            definition.AddCode(code => code.Assign(local, given));
            return local;
        }));
        Assert.Equal(Convert.ToInt64(bits.Read(bits.ToBytes(kept)), null), kept);
        Assert.Equal(kept + 1 - 1, Script.Number(definition =>
        {
            definition.AddCode(code => code.Assign(local, given).Increment(local).Increment(local, -1));
            return local;
        }));
        Assert.Equal(kept, Script.Number(_ => ((Expression)given).Cast(bits)));
        Assert.Equal(kept + 1, Script.Number(definition =>
            definition.AddVariable("wide", ScalarType.Int64, initialValue: given).Cast(bits) + 1));
    }

    [Fact]
    public void Bit_fields_of_a_struct_share_a_number_and_keep_each_other()
    {
        var type = StructType.Create(
        [
            new("Low", ScalarType.UInt16.WithBits(0, 4)), new("Flag", ScalarType.UInt16.WithBits(0, 1)),
            new("High", ScalarType.UInt16.WithBits(0, 7)), new("Other", ScalarType.UInt16.WithBits(0, 8)),
        ]);
        Assert.Equal(4, type.Size);
        var definition = Script.Define();
        var record = definition.AddVariable("record", type);
        var flows = definition.AddMap("flows", MapType.Hash, ScalarType.UInt8, type, 8);
        using var program = Script.Run(definition, code => code
            .Assign(record.Field("Low"), 9).Assign(record.Field("High"), 100).Assign(record.Field("Flag"), 3)
            .Assign(record.Field("Low"), record.Field("Low") + 2)
            .Assign(flows[1], record)
            .Assign(flows[1].Field("High"), 1));
        Assert.Equal([0b1100100_1_1011, 0], MemoryMarshal.Cast<byte, ushort>(
            type.ToBytes(program.Variables["record"].Value)).ToArray().Select(n => (int)n));
        var value = (IDictionary<string, object?>)program.Maps["flows"].Get((byte)1)!;
        Assert.Equal(((ushort)11, (ushort)1, (ushort)1), (value["Low"], value["Flag"], value["High"]));
    }

    [Fact]
    public void One_bit_can_be_a_truth_value()
    {
        var definition = Script.Define();
        var flag = definition.AddPacketVariable("flag", 14, EbpfType.Parse("bool:6:1"));
        var result = definition.AddVariable("result", ScalarType.Boolean.WithBits(7, 1));
        using var program = Script.Run(definition, code => code.Assign(result, flag).Assign(flag, false));
        Assert.Equal(true, program.Variables["result"].Value);
        Assert.Equal(0x05, program.TestRun(Script.Packet()).Packet[14]);
    }

    [Fact]
    public void Local_in_network_order_is_a_number_and_has_its_bytes_in_that_order_in_memory()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, EbpfType.Parse("!I"), ScalarType.UInt64, 8);
        var local = new Local("local", EbpfType.Parse("!I"));
        var result = definition.AddVariable("result", ScalarType.UInt64);
        using var program = Script.Run(definition, code => code
            .Assign(local, Packet.IPv4.Source.Cast(ScalarType.UInt32)).Increment(local).Assign(map[local], 7)
            .Assign(result, local));
        Assert.Equal(0x0a4d0003UL, program.Variables["result"].Value);
        Assert.Equal(7UL, program.Maps["map"].Get(0x0a4d0003));
    }

    [Fact]
    public void Bits_that_processors_share_are_not_counted()
    {
        var definition = Script.Define();
        var shared = definition.AddVariable("shared", EbpfType.Parse("uint8:3"));
        var own = definition.AddVariable("own", EbpfType.Parse("uint8:3"), VariableStorage.PerCpu);
        var error = Assert.Throws<CompileException>(() =>
            Script.Load(definition, code => code.Increment(own).Increment(shared)));
        Assert.Equal(DiagnosticIds.SharedBits, Assert.Single(error.Diagnostics).Id);
    }

    [Fact]
    public void Helper_gets_no_bit_field_by_its_place()
    {
        CompileException Refused(string helper, Func<ProgramDefinition, Expression> place) =>
            Assert.Throws<CompileException>(() =>
            {
                var definition = new ProgramDefinition("bits", ProgramType.Tc);
                Script.Load(definition, code => code.Do(helper == "skb_load_bytes"
                    ? Expression.CallHelper(helper, new ContextExpression(), 26, place(definition), 1)
                    : Expression.CallHelper(helper, new ContextExpression(), 26, place(definition), 1, 0)));
            });

        var bits = EbpfType.Parse("uint8:3");
        Func<ProgramDefinition, Expression>[] places =
        [
            definition => definition.AddVariable("shared", bits),
            definition => definition.AddMap("map", MapType.Hash, ScalarType.UInt8, bits, 8)[1],
            definition => definition.AddVariable("record", StructType.Create([new("Low", bits)])).Field("Low"),
            _ => CodeBuilder.Local("local", bits),
        ];
        Assert.All(places, place =>
        {
            var (read, written) = (Refused("skb_store_bytes", place), Refused("skb_load_bytes", place));
            Assert.Equal((DiagnosticIds.NotAPlace, DiagnosticIds.NotAPlace), (read.Id, written.Id));
            Assert.Contains("this is a bit field, uint8:0:3", read.Message, StringComparison.Ordinal);
            Assert.EndsWith("Give it a local of type uint8 with this value.", read.Suggestion);
            Assert.EndsWith("Give it a local of type uint8, and assign that to the bit field.", written.Suggestion);
        });
    }

    [Theory]
    [InlineData("uint8:9", "its bits are 0 to 7.")]
    [InlineData("uint8:6:3", "its bits are 0 to 7.")]
    [InlineData("fixed:3", "a fixed-point number has none.")]
    [InlineData("bool:0:2", "a truth value takes one bit, from 0 to 7.")]
    [InlineData("uint8:x", "bits are written as in uint8:3, or from bit 4 on as in uint8:4:3.")]
    [InlineData("ipv4:3", "which only a number has.")]
    [InlineData("uint8:3[4]", "which only a number has.")]
    public void Bits_that_a_type_does_not_have_are_refused(string text, string end) =>
        Assert.EndsWith(end, Assert.Throws<FormatException>(() => EbpfType.Parse(text)).Message);
}
