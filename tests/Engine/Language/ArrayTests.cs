using EbpfCat.Compiler;
using EbpfCat.Events;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class ArrayTests
{
    private readonly Local _array = new("array");

    private Expression Array => _array;

    // The value of an expression after statements, as a number.
    private static long Number(Action<CodeBuilder, Expression> code)
    {
        var definition = Script.Define();
        var result = definition.AddVariable("result", ScalarType.Int64);
        using var program = Script.Run(definition, c => code(c, result));
        return (long)program.Variables["result"].Value!;
    }

    [Fact]
    public void Element_of_a_local_array_is_a_number()
    {
        Assert.Equal(301, Number((c, result) => c
            .Assign(Array, Expression.Constant(new ushort[4])).Assign(Array.Element(1), 300).Increment(Array.Element(1))
            .Assign(result, Array.Element(1) + Array.Element(3))));
        Assert.Equal(-2, Number((c, result) => c
            .Assign(Array, Expression.Constant(new sbyte[] { 1, -2 })).Assign(result, Array.Element(1))));
        Assert.Equal(53 * 2 + 17, Number((c, result) => c
            .Assign(Array, Expression.Array(ScalarType.UInt8, Packet.Udp.DestinationPort, Packet.IPv4.Protocol))
            .Assign(result, Array.Element(0) * 2 + Array.Element(1))));
        Assert.Equal(0x3500, Number((c, result) => c
            .Assign(Array, Expression.Array(ScalarType.Integer(16, false, ByteOrder.BigEndian), 53, 80))
            .Assign(result, Array.Element(0).Cast(ScalarType.UInt16).ReverseBytes())));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 0)]
    [InlineData(-1, 0)]
    public void Element_outside_reads_zero_and_writes_nothing(int index, long value)
    {
        var local = new Local("index", ScalarType.Int64);
        // The index is not known to the compiler.
        Expression at = Packet.Read(37, ScalarType.UInt8) - 53 + index;
        Assert.Equal(value, Number((c, result) => c
            .Assign(Array, Expression.Constant(new uint[] { 1, 2, 3, 4 })).Assign(local, at)
            .Assign(result, Array.Element(local))));
        Assert.Equal(10 + (value > 0 ? 10 - value : 0), Number((c, result) => c
            .Assign(Array, Expression.Constant(new uint[] { 1, 2, 3, 4 })).Assign(local, at)
            .Assign(Array.Element(local), 10)
            .ForEach("each", Array, (body, each) => body.Assign(result, result + each))));
    }

    [Fact]
    public void Constant_index_outside_is_an_error()
    {
        foreach (var index in new[] { -5, 4 })
        {
            var error = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(Script.Define().AddCode(c => c
                .Assign(Array, Expression.Constant(new byte[4])).Assign(Array.Element(index), 1))));
            Assert.Equal(DiagnosticIds.IndexOutOfRange, error.Id);
        }
    }

    [Fact]
    public void Negative_constant_index_counts_from_the_end() =>
        Assert.Equal(4193, Number((c, result) => c
            .Assign(Array, Expression.Constant(new byte[] { 1, 2, 3, 4 }))
            .Assign(Array.Element(-2), 9)
            .Assign(result, (Array.Element(-1) * 1000) + (Array.Element(-4) * 100) + (Array.Element(2) * 10) + 3)));

    [Fact]
    public void Constant_index_from_the_end_of_a_text_is_an_error() =>
        Assert.Equal(DiagnosticIds.IndexOutOfRange, Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            Script.Define().AddCode(c => c.Assign(new Local("a"), Packet.Dns.Name.Element(-1))))).Id);

    [Theory]
    [InlineData(53, 1)]
    [InlineData(54, 0)]
    public void Value_is_compared_with_each_element(int port, long expected)
    {
        static Expression In(Expression value, Expression array) =>
            new BinaryExpression(BinaryOperator.ElementOf, value, array);
        Assert.Equal(expected, Number((c, result) => c
            .Assign(Array, Expression.Array(ScalarType.UInt16, 22, 443, port))
            .Assign(result, In(Packet.Udp.DestinationPort, Array))));
        // 10.77.0.2
        Assert.Equal(expected, Number((c, result) => c
            .Assign(result, In(Packet.Read(29, ScalarType.UInt8), Packet.Read(26, new BytesType(4))).And(port == 53))));
        Assert.Equal(0, Number((c, result) => c.Assign(Array, Expression.Constant(new byte[2]))
            .Assign(result, In(Packet.Tcp.DestinationPort, Array))));
    }

    [Fact]
    public void Loop_takes_the_elements_in_turn()
    {
        Assert.Equal(1234, Number((c, result) => c
            .Assign(Array, Expression.Constant(new byte[] { 1, 2, 3, 4 }))
            .ForEach("each", Array, (body, each) => body.Assign(result, result * 10 + each))));
        Assert.Equal(89, Number((c, result) => c
            .ForEach("each", Packet.Read(26, new BytesType(4)), (body, each) => body.Increment(result, each))));
        // The loop sees changes of a variable, as in PowerShell, and leaves by break and continue.
        Assert.Equal(4, Number((c, result) => c
            .Assign(Array, Expression.Constant(new byte[] { 1, 2, 9, 4 }))
            .ForEach("each", Array, (body, each) => body
                .Assign(Array.Element(1), 3)
                .If(each == 9, then => then.Break()).If(each == 2, then => then.Continue())
                .Increment(result, each))));
        var error = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            Script.Define().AddCode(c => c.ForEach("each", Packet.Length, (_, _) => { }))));
        Assert.Equal(DiagnosticIds.NotAnArray, error.Id);
    }

    [Fact]
    public void Arrays_have_a_length_and_are_compared_whole()
    {
        var bytes = new byte[] { 1, 2, 3 };
        Assert.Equal(3, Number((c, result) => c
            .Assign(Array, Expression.Constant(bytes)).Assign(result, Array.Count())));
        Assert.Equal(2, Number((c, result) => c
            .Assign(Array, Expression.Constant(new long[2])).Assign(result, Array.Field("length"))));
        Assert.Equal(1, Number((c, result) => c
            .Assign(Array, Expression.Array(ScalarType.UInt8, 1, 2, Packet.Length))
            .Assign(Array.Element(2), 3).If(Array == Expression.Constant(bytes), then => then.Assign(result, 1))));
        Assert.Equal(1, Number((c, result) => c
            .Assign(Array, Expression.Constant(bytes)).Increment(Array.Element(0))
            .If(Array != Expression.Constant(bytes), then => then.Assign(result, 1))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("GET /i")]
    [InlineData("GET /in")]
    public void Texts_have_bytes_and_a_length(string text)
    {
        var definition = Script.Define();
        var given = definition.AddVariable("given", new StringType(8), initialValue: text);
        var length = definition.AddVariable("length", ScalarType.UInt8);
        var first = definition.AddVariable("first", ScalarType.UInt8);
        using var program = Script.Run(definition,
            c => c.Assign(length, given.Count()).Assign(first, given.Element(0)));
        Assert.Equal((byte)text.Length, program.Variables["length"].Value);
        Assert.Equal((byte)text.FirstOrDefault(), program.Variables["first"].Value);
        var error = Assert.Throws<CompileException>(() =>
            ProgramCompiler.Compile(definition.Copy().AddCode(c => c.Assign(given.Element(0), 65))));
        Assert.Equal(DiagnosticIds.InvalidAssignment, error.Id);
    }

    [Fact]
    public void Arrays_are_values_of_maps_and_fields_of_output()
    {
        var definition = Script.Define();
        var type = StructType.Create([new("Count", ScalarType.UInt32), new("Words", EbpfType.Parse("uint16[3]"))]);
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt8, type, 8);
        using var program = Script.Load(definition, c => c
            .Increment(map[1].Field("Words").Element(2), 700)
            .Assign(Array, map[1].Field("Words")).Increment(Array.Element(0))
            .Output([("Words", Array), ("Bytes", Packet.Read(26, new BytesType(4)))]));
        using var reader = new EventReader(program);
        program.TestRun(Script.Packet());
        var record = Assert.Single(reader.Read(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal(new ushort[] { 1, 0, 700 }, record["Words"]);
        Assert.Equal(new byte[] { 10, 77, 0, 2 }, record["Bytes"]);
    }
}
