using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Binding;

public sealed class BinderTests
{
    private readonly ProgramDefinition _program = new("many", ProgramType.SocketFilter);

    [Fact]
    public void All_errors_of_a_program_are_reported_at_once()
    {
        var counts = _program.AddMap("counts", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        var text = new Local("text");
        var flag = new Function("flag", [], code => code.Do(Expression.CallHelper("no_such_helper")).Return(1));
        _program.AddCode(code => code
            .Assign(text, "text")
            .If((Expression)text < 3, then => then.Break())
            .Assign(counts["nowhere"], 1)
            .Assign(Packet.Read(1, ScalarType.UInt8), 2)
            .Assign(text, flag.Call())
            .Return("Dropp"));
        Assert.Equal(
            ["UnknownHelper", "NotComparable", "BreakOutsideLoop", "WrongType", "ReadOnlyPacket", "WrongType",
                "UnknownVerdict"], Ids());
    }

    [Fact]
    public void An_error_does_not_bring_forth_others()
    {
        var missing = new ErrorExpression();
        var local = new Local("local");
        var counts = _program.AddMap("counts", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        _program.AddCode(code => code
            .Assign(local, missing)
            .Assign(counts[local], ((Expression)local).Field("Name") + 1)
            .If((Expression)local == "text", then => then.Increment(counts[missing]))
            .Return(((Expression)true).Field("Name") + (Expression)local));
        Assert.Equal(["NotAStruct"], Ids());
    }

    [Fact]
    public void Locals_that_are_assigned_nothing_are_integers()
    {
        Expression first = new Local("first"), second = new Local("second"), sum = new Local("sum");
        _program.AddCode(code => code
            .Assign(sum, (first << 2) + second)
            .Assign(sum, -first)
            .If(first < second, then => then.Return("Drop"))
            .Return("Pass"));
        Assert.NotEmpty(ProgramCompiler.Compile(_program).Instructions);
    }

    [Fact]
    public void Errors_where_the_program_never_comes_are_reported_too()
    {
        _program.AddCode(code => code.Return("Pass").If(false, then => then.Return("Dropp")));
        Assert.Equal(["UnknownVerdict"], Ids());
    }

    [Fact]
    public void A_program_that_is_nested_too_deeply_is_refused()
    {
        Expression deep = Packet.Length;
        for (var level = 0; level < 100_000; level++) deep = deep + 1;
        _program.AddCode(code => code.Return(deep));
        Assert.Equal(["NestedTooDeeply"], Ids());
    }

    [Theory]
    [InlineData("after")]
    [InlineData("before")]
    [InlineData("first")]
    public void A_text_that_a_function_returns_is_no_number(string order)
    {
        var text = new Function("text", [], code =>
        {
            if (order == "first") code.If(Packet.Length > 3, then => then.Return("Drop"));
            code.Return(order == "first" ? 1 : "Drop");
        });
        var sum = new Local("sum");
        _program.AddCode(code => code
            .Assign(sum, order == "before" ? 2 + text.Call() : text.Call() + 2)
            .Update(sum, BinaryOperator.Multiply, text.Call())
            .If(text.Call() > 1, then => then.Return(-text.Call()))
            .Return(1));
        Assert.Equal(["WrongType"], Ids());
    }

    [Fact]
    public void A_function_that_is_declared_to_return_no_number_is_refused()
    {
        var address = new Function("address", [], code => code.Return(1)) { ReturnType = AddressType.IPv6 };
        _program.AddCode(code => code.Return(address.Call() + 1));
        Assert.Equal(["WrongType"], Ids());
    }

    [Fact]
    public void A_function_that_is_declared_to_return_a_text_returns_a_verdict()
    {
        var verdict = new Function("verdict", [], code => code.Return("Drop")) { ReturnType = new StringType(8) };
        var program = new ProgramDefinition("verdict", ProgramType.Xdp);
        program.AddCode(code => code.Return(verdict.Call()));
        ProgramCompiler.Compile(program);
    }

    [Theory]
    [InlineData("2", 0, 2, 3, 5)]
    [InlineData("1", 0, 1, 3)]
    [InlineData("map_update_elem", 0, 3, 5)]
    [InlineData("perf_event_output", 0, 4)]
    [InlineData("trace_printk", 0, 1)]
    [InlineData("ktime_get_ns", 1, 5, 6)]
    public void A_helper_takes_as_many_arguments_as_the_kernel_says(string name, params int[] counts)
    {
        foreach (var count in counts)
        {
            var program = new ProgramDefinition("helper", ProgramType.Xdp);
            var arguments = Enumerable.Range(0, count).Select(number => (Expression)number).ToArray();
            program.AddCode(code => code.Do(Expression.CallHelper(name, arguments)).Return("Pass"));
            var refusal = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(program));
            Assert.Equal("WrongArguments", Assert.Single(refusal.Diagnostics).Id);
        }
    }

    [Theory]
    [InlineData("elseif", 10_000)]
    [InlineData("if", 10_000)]
    [InlineData("assign", 10_000)]
    [InlineData("switch", 10_000)]
    [InlineData("nested", 100_000)]
    [InlineData("nested-then", 100_000)]
    [InlineData("not", 100_000)]
    public void A_program_of_any_length_is_compiled_or_refused(string kind, int count)
    {
        var (program, result) = (new ProgramDefinition("long", ProgramType.Xdp), new Local("result"));
        IfStatement If(int number, params Statement[] otherwise) => new(
            Packet.Length == number, [new AssignStatement(result, number)], otherwise);
        IfStatement Chain()
        {
            var chain = If(count);
            for (var number = count - 1; number > 0; number--) chain = If(number, chain);
            return chain;
        }

        Statement Nest()
        {
            Statement inner = new AssignStatement(result, 1);
            for (var number = 0; number < count; number++)
            {
                inner = kind == "nested"
                    ? If(number, new AssignStatement(result, 2), inner)
                    : new IfStatement(Packet.Length == number, [inner]);
            }

            return inner;
        }

        Expression Not()
        {
            Expression inner = Packet.Length;
            for (var number = 0; number < count; number++) inner = !inner;
            return inner;
        }

        Statement[] body = kind switch
        {
            "elseif" => [Chain()],
            "if" => [.. Enumerable.Range(0, count).Select(number => If(number))],
            "assign" => [.. Enumerable.Range(0, count).Select(number =>
                new AssignStatement(result, Packet.Read(number, ScalarType.UInt8), BinaryOperator.Add))],
            "switch" => [new SwitchStatement(
                Packet.Length,
                [.. Enumerable.Range(0, count).Select(number => new SwitchClause(number, [If(number)]))])],
            "not" => [new AssignStatement(result, Not())],
            _ => [Nest()],
        };
        foreach (var statement in body) program.Code.Add(statement);
        program.AddCode(code => code.Return(result));
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => ProgramCompiler.Compile(program)), 1 << 20);
        thread.Start();
        thread.Join();
        if (failure is null) return;
        var refusal = Assert.IsType<CompileException>(failure);
        Assert.Matches("^(NestedTooDeeply|ProgramTooLong)$", Assert.Single(refusal.Diagnostics).Id);
    }

    [Fact]
    public void A_chain_of_branches_of_any_length_is_printed()
    {
        var chain = new IfStatement(Packet.Length == 0, [new AssignStatement(new Local("x"), 0)]);
        for (var number = 1; number < 10_000; number++) chain = new(Packet.Length == number, chain.Then, [chain]);
        Assert.StartsWith(
            "if (packet.Length == 9999)\n    $x = 0\nelseif (packet.Length == 9998)\n    $x = 0\n",
            ProgramPrinter.Print([chain]), StringComparison.Ordinal);
    }

    private IEnumerable<string> Ids()
    {
        var refusal = Assert.Throws<CompileException>(() => ProgramCompiler.Compile(_program));
        foreach (var diagnostic in refusal.Diagnostics)
            Assert.Contains(diagnostic.Problem, refusal.Message, StringComparison.Ordinal);
        return refusal.Diagnostics.Select(diagnostic => diagnostic.Id);
    }
}
