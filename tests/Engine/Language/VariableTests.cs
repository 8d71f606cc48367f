using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class VariableTests
{
    public static TheoryData<string, object, object> Limits => new()
    {
        { "B", (byte)0, byte.MaxValue },
        { "H", (ushort)0, ushort.MaxValue },
        { "I", 0u, uint.MaxValue },
        { "Q", 0ul, ulong.MaxValue },
        { "b", sbyte.MinValue, sbyte.MaxValue },
        { "h", short.MinValue, short.MaxValue },
        { "i", int.MinValue, int.MaxValue },
        { "q", long.MinValue, long.MaxValue },
        { "x", -1.23456, 1234567.89012 },
    };

    [Fact]
    public void Initial_value_that_does_not_fit_is_refused_where_it_is_declared()
    {
        var definition = Script.Define();
        var refusal = Assert.Throws<TypeConversionException>(
            () => definition.AddVariable("small", ScalarType.UInt8, initialValue: 300));
        Assert.Equal("300 cannot be stored as uint8: it takes 0 to 255.", refusal.Message);
        Assert.Empty(definition.Variables);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Variable_of_every_format_can_be_read_and_written(string format, object low, object high)
    {
        var definition = Script.Define();
        var (from, to) = (definition.AddVariable("from", EbpfType.Parse(format)),
            definition.AddVariable("to", EbpfType.Parse(format)));
        using var program = Script.Load(definition, c => c.Assign(to, from));
        foreach (var value in new[] { low, high })
        {
            program.Variables["from"].Value = value;
            program.TestRun(Script.Packet());
            Assert.Equal(value, program.Variables["to"].Value);
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Decrement_below_the_minimum_wraps_to_the_maximum(string format, object low, object high)
    {
        if (format == "x") return;
        var definition = Script.Define();
        var number = definition.AddVariable("number", EbpfType.Parse(format), initialValue: low);
        using var program = Script.Run(definition, c => c.Update(number, BinaryOperator.Subtract, 1));
        Assert.Equal(high, program.Variables["number"].Value);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Local_wraps_like_a_variable_of_the_same_format(string format, object low, object high)
    {
        if (format == "x") return;
        var type = EbpfType.Parse(format);
        var definition = Script.Define();
        var (start, result) =
            (definition.AddVariable("start", type, initialValue: high), definition.AddVariable("result", type));
        var local = CodeBuilder.Local("local", type);
        using var program = Script.Run(definition, c => c.Assign(local, start).Increment(local).Assign(result, local));
        Assert.Equal(low, program.Variables["result"].Value);
    }

    [Fact]
    public void Local_gets_the_type_of_its_assigned_value()
    {
        var local = CodeBuilder.Local("local");
        var definition = Script.Define();
        var result = definition.AddVariable("result", ScalarType.Fixed);
        using var program = Script.Run(
            definition, c => c.Assign(local, 1.5).Update(local, BinaryOperator.Multiply, 3).Assign(result, local));
        Assert.Equal(4.5, program.Variables["result"].Value);
    }

    [Fact]
    public void Variable_stored_in_a_hash_is_read_at_each_access()
    {
        var definition = Script.Define();
        var count = definition.AddVariable("count", ScalarType.UInt64, VariableStorage.Hash);
        var part = definition.AddVariable("part", ScalarType.Fixed, VariableStorage.Hash, 0.25);
        using var program = Script.Run(definition, c => c.Increment(count).Increment(part, 0.5), repeat: 3);
        Assert.Equal(3ul, program.Variables["count"].Value);
        Assert.Equal(1.75, program.Variables["part"].Value);
        program.Variables["count"].Value = 10ul;
        program.TestRun(Script.Packet());
        Assert.Equal(11ul, program.Variables["count"].Value);
    }

    [Fact]
    public void Per_CPU_variable_has_a_value_for_each_processor()
    {
        var definition = Script.Define();
        var count = definition.AddVariable("count", ScalarType.UInt64, VariableStorage.PerCpu);
        using var program = Script.Run(definition, c => c.Increment(count), repeat: 5);
        Assert.Equal(5ul, ((ulong[])program.Variables["count"].Value!).Aggregate((a, b) => a + b));
    }

    [Fact]
    public void Subprograms_have_variables_of_their_own()
    {
        var definition = Script.Define();
        var (dns, ntp) = (new PortCounter(definition, "dns", 53), new PortCounter(definition, "ntp", 123));
        using var program = Script.Load(definition, c =>
        {
            dns.Write(c);
            ntp.Write(c);
            c.Return("Pass");
        });
        program.TestRun(Script.Packet(), 3);
        Assert.Equal((3ul, 0ul), (program.Variables["dnsPackets"].Value, program.Variables["ntpPackets"].Value));
    }

    // A reusable part of a program.
    private sealed class PortCounter(ProgramDefinition definition, string name, int port)
    {
        private readonly VariableExpression _packets = definition.AddVariable(name + "Packets", ScalarType.UInt64);

        public void Write(CodeBuilder code) => code.If(
            Packet.Udp.And(Packet.Udp["DestinationPort"] == port), then => then.Increment(_packets));
    }
}
