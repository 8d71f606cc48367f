using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Benchmarks.Programs;

/// <summary>Programs that repeat one thing that a script can repeat, any number of times.</summary>
internal static class GrowingPrograms
{
    public static readonly IReadOnlyDictionary<string, Func<int, ProgramDefinition>> Shapes =
        new Dictionary<string, Func<int, ProgramDefinition>>
        {
            ["statements"] = count => Define((_, code, sum) => Repeat(count, i => code.Increment(sum, i))),
            ["branches"] = count => Define((_, code, sum) => Repeat(
                count, i => code.If(Packet.Length == 100 + i, then => then.Increment(sum, i)))),
            ["elseif"] = count => Define((_, code, sum) => Chain(count, sum)(code)),
            ["nesting"] = count => Define((_, code, sum) => Nest(code, sum, count)),
            ["switch cases"] = count => Define((_, code, sum) => code.Switch(Packet.Length, cases => Repeat(
                count, i => cases.Case(100 + i, body => body.Increment(sum, i))))),
            ["locals"] = count => Define((_, code, sum) => Repeat(count, i =>
            {
                var local = CodeBuilder.Local($"local{i}");
                code.Assign(local, Packet.Length + i).Increment(sum, local);
            })),
            ["maps"] = count => Define((program, code, _) => Repeat(count, i =>
            {
                var map = program.AddMap($"map{i}", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
                code.Increment(map[i]);
            })),
            ["functions"] = count => Define((program, code, sum) => Repeat(count, i =>
            {
                var function = program.AddFunction($"function{i}", ["x"], (body, x) => body.Return(x[0] + i));
                code.Increment(sum, new CallExpression(function, [Packet.Length]));
            })),
        };

    private static ProgramDefinition Define(Action<ProgramDefinition, CodeBuilder, VariableExpression> write)
    {
        var program = new ProgramDefinition("growing", ProgramType.Xdp);
        write(program, program.Code, program.AddVariable("sum", ScalarType.UInt64));
        program.Code.Return("Pass");
        return program;
    }

    private static void Repeat(int count, Action<int> write)
    {
        for (var i = 0; i < count; i++) write(i);
    }

    private static Action<CodeBuilder> Chain(int count, VariableExpression sum)
    {
        Action<CodeBuilder>? rest = null;
        for (var i = count - 1; i >= 0; i--)
        {
            var (number, otherwise) = (i, rest);
            rest = code => code.If(Packet.Length == 100 + number, then => then.Increment(sum, number), otherwise);
        }

        return rest!;
    }

    private static void Nest(CodeBuilder code, VariableExpression sum, int count)
    {
        if (count > 0) code.If(Packet.Length > 100 + count, then => Nest(then, sum, count - 1));
        code.Increment(sum);
    }
}
