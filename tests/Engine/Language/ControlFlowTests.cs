using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class ControlFlowTests
{
    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 2)]
    [InlineData(false, true, 3)]
    [InlineData(false, false, 4)]
    public void Nested_conditions_with_else_work(bool a, bool b, long result) =>
        Assert.Equal(result, Branch(a, b, (x, y, c, set) => c.If(
        x,
        then => then.If(y, set(1), set(2)),
        @else => @else.If(y, set(3), set(4)))));

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 2)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 3)]
    public void Conditions_combine_with_and_or_not(bool a, bool b, long result) =>
        Assert.Equal(result, Branch(a, b, (x, y, c, set) => c
        .If(x.And(y), set(1)).If(x.And(!y).Or((!x).And(y)), set(2)).If(!x.Or(y), set(3))));

    [Fact]
    public void Logical_operators_short_circuit() => Assert.Equal("Tx", Script.Verdict(Script.Define(), c => c
        .If((Packet.Length > 100).And(Packet.Read(100, ScalarType.UInt8) == 0), then => then.Return("Drop"))
        .Return("Tx")).Verdict);

    [Theory]
    [InlineData(64, "Pass", 2)]
    [InlineData(65, "Tx", 1)]
    [InlineData(101, "Drop", 0)]
    public void Verdict_names_pass_through_locals_conditions_and_functions(int size, string verdict, ulong times)
    {
        var definition = Script.Define();
        var compared = definition.AddVariable("compared", ScalarType.UInt64);
        var length = CodeBuilder.Local("length");
        var decide = definition.AddFunction(new Function("decide", [length], code => code
            .If(length > 100, then => then.Return("Drop"))
            .Return(Expression.Conditional(length > 64, "Tx", "Pass"))));
        var result = CodeBuilder.Local("result");
        using var program = Script.Load(definition, code => code
            .Assign(result, decide.Call(Packet.Length))
            .If(result == "pass", then => then.Increment(compared))
            .If(result != "Drop", then => then.Increment(compared))
            .Return(result));

        Assert.Equal(verdict, program.TestRun(new byte[size]).Verdict);
        Assert.Equal(times, program.Variables["compared"].Value);
    }

    [Fact]
    public void Unknown_verdict_name_is_refused_at_its_position()
    {
        var result = CodeBuilder.Local("result");
        var refusal = Assert.Throws<CompileException>(() => Script.Load(Script.Define(), code => code
            .Assign(result, "Pass").If(Packet.Length > 64, then => then.Assign(result, "Dorp")).Return(result)));
        Assert.Equal("UnknownVerdict", refusal.Id);
        Assert.Contains("Dorp", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Jumps_reach_their_labels()
    {
        var definition = Script.Define();
        var path = definition.AddVariable("path", ScalarType.UInt64);
        var (skip, end) = (new Label("skip"), new Label("end"));
        using var program = Script.Run(definition, c => c
            .Goto(skip)
            .Increment(path, 1)
            .Mark(skip)
            .Increment(path, 10)
            .If(Packet.Length > 20, then => then.Goto(end))
            .Increment(path, 100)
            .Mark(end)
            .Increment(path, 1000));
        Assert.Equal(1010ul, program.Variables["path"].Value);
    }

    [Fact]
    public void Unmarked_label_is_refused()
    {
        var refusal =
            Assert.Throws<CompileException>(() => Script.Load(Script.Define(), c => c.Goto(new Label("nowhere"))));
        Assert.Contains("nowhere", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loops_support_break_and_continue()
    {
        var definition = Script.Define();
        var sum = definition.AddVariable("sum", ScalarType.UInt64);
        var (i, j) = (CodeBuilder.Local("i"), CodeBuilder.Local("j"));
        using var program = Script.Run(definition, c => c
            .For(i, 1, 10, body => body
                .If(i == 3, then => then.Continue()).If(i == 6, then => then.Break()).Increment(sum, i))
            .Assign(j, 0).While(j < 4, body => body.Increment(j).Increment(sum, 100)));
        Assert.Equal(412ul, program.Variables["sum"].Value);
    }

    [Fact]
    public void Functions_have_parameters_and_locals()
    {
        var number = CodeBuilder.Local("number", ScalarType.Int64);
        var definition = Script.Define();
        var square = definition.AddFunction(new Function("square", [number], code => code.Return(number * number)));
        var result = definition.AddVariable("result", ScalarType.Int64);
        using var program = Script.Run(definition, c => c.Assign(result, square.Call(5) + square.Call(-3)));
        Assert.Equal(34L, program.Variables["result"].Value);
    }

    private delegate CodeBuilder Write(
        Expression a, Expression b, CodeBuilder code, Func<int, Action<CodeBuilder>> set);

    private static long Branch(bool a, bool b, Write write)
    {
        var definition = Script.Define();
        Expression x = definition.AddVariable("a", ScalarType.Boolean, initialValue: a);
        Expression y = definition.AddVariable("b", ScalarType.Boolean, initialValue: b);
        var result = definition.AddVariable("result", ScalarType.Int64);
        using var program = Script.Run(definition, c => write(x, y, c, value => set => set.Assign(result, value)));
        return (long)program.Variables["result"].Value!;
    }
}
