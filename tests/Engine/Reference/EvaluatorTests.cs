using System.Net;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

public class EvaluatorTests
{
    private const long Most = long.MaxValue;
    private const long Least = long.MinValue;

    private static readonly byte[] Tcp = Convert.FromHexString(
        "ffffffffffff02005e1000010800" + "450000280001000040060000" + "0a0000010a000002" + "00160050" +
        "0000000100000002" + "5002" + "ffff00000000");

    [Theory]
    [InlineData("int32", -7, "uint8", 2, BinaryOperator.Add, -5)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.FloorDivide, -4)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.TruncateDivide, -3)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.CeilingDivide, -3)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.RoundDivide, -4)]
    [InlineData("int32", -5, "int32", 2, BinaryOperator.RoundDivide, -2)]
    [InlineData("int64", Least, "int64", 3, BinaryOperator.CeilingDivide, -3074457345618258602)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.Remainder, -1)]
    [InlineData("int32", -7, "int32", 0, BinaryOperator.Remainder, -7)]
    [InlineData("int32", -7, "int32", 0, BinaryOperator.FloorDivide, 0)]
    [InlineData("int64", Least, "int64", -1, BinaryOperator.TruncateDivide, Least)]
    [InlineData("int64", Least, "int64", -1, BinaryOperator.Remainder, 0)]
    [InlineData("int64", Most, "int64", 1, BinaryOperator.Add, Least)]
    [InlineData("int64", -8, "uint8", 1, BinaryOperator.ShiftRight, -4)]
    [InlineData("uint64", Least, "uint8", 63, BinaryOperator.ShiftRight, 1)]
    [InlineData("int64", 1, "uint8", 65, BinaryOperator.ShiftLeft, 2)]
    [InlineData("uint64", -1, "int8", -1, BinaryOperator.Equal, 1)]
    [InlineData("uint64", -1, "uint8", 1, BinaryOperator.Greater, 1)]
    [InlineData("int64", -1, "uint8", 1, BinaryOperator.Greater, 0)]
    [InlineData("int64", -1, "uint64", 1, BinaryOperator.Minimum, 1)]
    [InlineData("int64", -1, "uint64", 1, BinaryOperator.Less, 0)]
    [InlineData("int64", -1, "uint32", 1, BinaryOperator.Minimum, -1)]
    [InlineData("int32", 7, "int32", 2, BinaryOperator.Divide, 3)]
    [InlineData("int32", -7, "int32", 2, BinaryOperator.Divide, -3)]
    [InlineData("int32", 7, "int32", 0, BinaryOperator.Divide, 0)]
    public void Integer_arithmetic_uses_64_bits_and_the_signs_of_its_operands(
        string leftType, long left, string rightType, long right, BinaryOperator op, long expected)
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var a = new Local("a", EbpfType.Parse(leftType));
        var b = new Local("b", EbpfType.Parse(rightType));
        var result = program.AddVariable("result", ScalarType.Int64);
        program.AddCode(code => code.Assign(a, left).Assign(b, right).Assign(result, new BinaryExpression(op, a, b)));
        Assert.Equal(expected, Run(program)[0]);
    }

    [Theory]
    [InlineData(BinaryOperator.Add, 1.5, 2.0, 3.5)]
    [InlineData(BinaryOperator.Multiply, 1.5, -2.5, -3.75)]
    [InlineData(BinaryOperator.Divide, 1.0, 3.0, 0.33333)]
    [InlineData(BinaryOperator.Divide, -1.0, 3.0, -0.33333)]
    [InlineData(BinaryOperator.FloorDivide, -7.5, 2.0, -4.0)]
    [InlineData(BinaryOperator.TruncateDivide, -7.5, 2.0, -3.0)]
    [InlineData(BinaryOperator.Remainder, -7.5, 2.0, -1.5)]
    [InlineData(BinaryOperator.Maximum, -7.5, 2.0, 2.0)]
    public void Fixed_point_numbers_have_five_decimal_places(
        BinaryOperator op, double left, double right, double expected)
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var mixed = program.AddVariable("mixed", ScalarType.Fixed);
        var both = program.AddVariable("both", ScalarType.Fixed);
        var a = new Local("a", ScalarType.Fixed);
        var b = new Local("b", ScalarType.Fixed);
        program.AddCode(code => code.Assign(a, left).Assign(b, right).Assign(both, new BinaryExpression(op, a, b)));
        // If the right operand is whole, an integer gives the same result.
        Expression other = right == Math.Floor(right) ? (int)right : right;
        program.AddCode(code => code.Assign(mixed, new BinaryExpression(op, a, other)));
        Assert.Equal([expected, expected], Run(program));
    }

    [Fact]
    public void Storing_wraps_and_truncates()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var small = program.AddVariable("small", ScalarType.Int8);
        var swapped = program.AddVariable("swapped", EbpfType.Parse("!H"));
        var truth = program.AddVariable("truth", ScalarType.Boolean);
        var whole = program.AddVariable("whole", ScalarType.Int32);
        program.AddCode(
            code => code.Assign(small, 200).Assign(swapped, 0x12345).Assign(truth, 0.5).Assign(whole, -2.5));
        var state = new ReferenceState(program);
        new Evaluator(program, state).Run(Tcp);
        Assert.Equal([0x23, 0x45], state[swapped.Variable]);
        Assert.Equal([(sbyte)-56, true, -2], Values(state, small, truth, whole));
    }

    [Fact]
    public void Compound_assignment_truncates_the_sum_not_the_addend()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var whole = program.AddVariable("whole", ScalarType.Int32, initialValue: -2);
        program.AddCode(code => code.Increment(whole, 1.5));
        Assert.Equal(0, Run(program)[0]);
    }

    [Fact]
    public void Header_fields_can_be_read_and_written()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var port = program.AddVariable("port", ScalarType.UInt16);
        var length = program.AddVariable("length", ScalarType.UInt8);
        var source = program.AddVariable("source", AddressType.IPAddress);
        program.AddCode(code => code.If(Packet.Tcp.And(!Packet.Udp), then => then
            .Assign(port, Packet.Tcp["DestinationPort"])
            .Assign(length, Packet.IPv4["HeaderLength"])
            .Assign(source, Packet.IPv4["Source"])
            .Assign(Packet.IPv4["Ttl"], Packet.IPv4["Ttl"] - 1)
            .Assign(Packet.Tcp["Ack"], true)
            .Assign(Packet.Tcp["HeaderLength"], 24)));
        var state = new ReferenceState(program);
        var result = new Evaluator(program, state).Run(Tcp);
        Assert.Equal([(ushort)80, (byte)20, IPAddress.Parse("10.0.0.1")], Values(state, port, length, source));
        Assert.Equal((63, 0x60, 0x12), (result.Packet[22], result.Packet[46], result.Packet[47]));
    }

    [Theory]
    [InlineData(20, 1, true)]
    [InlineData(20, 0x20, true)]
    [InlineData(23, 17, false)]
    [InlineData(14, 0x46, false)]
    public void Later_fragment_or_missing_byte_hides_the_transport_header(int at, byte value, bool fragmentByte)
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        program.AddCode(code => code.Return(Expression.Conditional(Packet.Tcp, 1, 3)));
        byte[] packet = [.. Tcp];
        packet[at] = value;
        var isFirst = fragmentByte && value == 0x20;
        Assert.Equal(isFirst ? 1u : 3u, new Evaluator(program, new ReferenceState(program)).Run(packet).Verdict);
    }

    [Fact]
    public void Read_beyond_the_packet_ends_the_program_and_keeps_earlier_effects()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp) { DefaultAction = "Drop" };
        var count = program.AddVariable("count", ScalarType.UInt32);
        program.AddCode(code => code
            .Increment(count)
            .Add(new ResultStatement("Tx"))
            .Assign(count, Packet.Read(Tcp.Length - 3, ScalarType.UInt32))
            .Increment(count, 10));
        var state = new ReferenceState(program);
        Assert.Equal(1u, new Evaluator(program, state).Run(Tcp).Verdict);
        Assert.Equal([1u], Values(state, count));
    }

    [Fact]
    public void Every_matching_clause_of_a_switch_runs_until_a_break()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var seen = program.AddVariable("seen", ScalarType.UInt32);
        Statement Add(int value) => new AssignStatement(seen, value, BinaryOperator.Add);
        program.Append(new ForeachStatement(new Local("i"), [3, 1],
        [
            new SwitchStatement(new LocalExpression(new Local("two", ScalarType.Int64)) + 2,
                [new(1, [Add(1)]), new(2, [Add(10)]), new(2, [Add(100), new BreakStatement()]), new(2, [Add(1000)])],
                [Add(10000)]),
        ])
        { IsRange = true });
        Assert.Equal(330u, Run(program)[0]);
    }

    [Fact]
    public void Map_entries_start_at_zero_and_full_maps_do_not_change()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var record = StructType.Create([new("A", ScalarType.UInt8), new("B", ScalarType.UInt32)]);
        var map = program.AddMap("map", MapType.Hash, ScalarType.UInt16, record, 2);
        var removed = program.AddVariable("removed", ScalarType.Boolean);
        program.AddCode(code => code
            .Increment(map[1].Field("B"), 5)
            .Assign(map[2].Field("A"), map[7].Field("B") + 3)
            .Increment(map[3].Field("B"))
            .Assign(removed, map.Remove(2)));
        var state = new ReferenceState(program);
        new Evaluator(program, state).Run(Tcp);
        var (key, value) = Assert.Single(state[map].Entries);
        Assert.Equal("0100", Convert.ToHexString(key));
        Assert.Equal("0000000005000000", Convert.ToHexString(value));
        Assert.Equal([true], Values(state, removed));
    }

    [Fact]
    public void Function_locals_start_at_zero()
    {
        var program = new ProgramDefinition("test", ProgramType.Xdp);
        var parameter = new Local("parameter");
        var local = new Local("local", ScalarType.Int32);
        var function = program.AddFunction(new Function("function", [parameter],
            code => code.Increment(local, parameter).Return((Expression)local * 2)));
        var sum = program.AddVariable("sum", ScalarType.Int32);
        program.AddCode(code => code.For(new Local("i"), 1, 3, each => each.Increment(sum, function.Call(21))));
        Assert.Equal(126, Run(program)[0]);
    }

    private static object?[] Run(ProgramDefinition program)
    {
        var state = new ReferenceState(program);
        new Evaluator(program, state).Run(Tcp);
        return Values(state, program.Variables);
    }

    private static object?[] Values(ReferenceState state, params IEnumerable<VariableExpression> variables) =>
        Values(state, variables.Select(each => each.Variable));

    private static object?[] Values(ReferenceState state, IEnumerable<Variable> variables) =>
        [.. variables.Select(variable => variable.Type.Read(state[variable]))];
}
