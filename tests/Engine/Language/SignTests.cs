using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>The packet has 64 bytes; small is 200 in 8 bits, big is 5 in 64.</summary>
public sealed class SignTests
{
    private static readonly Dictionary<string, (Func<Expression, Expression, Expression> Of, long Result)> Cases = new()
    {
        ["length - 100"] = ((_, _) => Packet.Length - 100, -36),
        ["length - 100 < 0"] = ((_, _) => Packet.Length - 100 < 0, 1),
        ["-1 > length - 100"] = ((_, _) => -1 > Packet.Length - 100, 1),
        ["length > -1"] = ((_, _) => Packet.Length > -1, 1),
        ["small - 201 < 0"] = ((small, _) => small - 201 < 0, 1),
        ["(small - 210) / 4"] = ((small, _) => (small - 210) / 4, -2),
        ["floor((small - 210) / 4)"] = ((small, _) => (small - 210).FloorDivide(4), -3),
        ["(small - 210) % 4"] = ((small, _) => (small - 210) % 4, -2),
        ["(small - 210) >> 1"] = ((small, _) => (small - 210) >> 1, -5),
        ["~small"] = ((small, _) => ~small, -201),
        ["~small < 0"] = ((small, _) => ~small < 0, 1),
        ["abs(small - 210)"] = ((small, _) => (small - 210).Abs(), 10),
        ["min(small - 210, 3)"] = ((small, _) => (small - 210).Min(3), -10),
        ["max(small - 210, length - 70)"] = ((small, _) => (small - 210).Max(Packet.Length - 70), -6),
        ["clamp(small - 210, -5, 5)"] = ((small, _) => (small - 210).Max(-5).Min(5), -5),
        ["(small - 210) * 0.5"] = ((small, _) => (small - 210) * 0.5, -5),
        ["1 - small in the ternary"] = ((small, _) => Expression.Conditional(small > 1, 1 - small, small) < 0, 1),
        ["int8 of small - 201"] = ((small, _) => (small - 201).Cast(ScalarType.Int8) < 0, 1),
        ["uint8 of small - 201"] = ((small, _) => (small - 201).Cast(ScalarType.UInt8) < 0, 0),
        ["small + 100"] = ((small, _) => small + 100, 300),
        ["big - 6 < 0"] = ((_, big) => big - 6 < 0, 0),
        ["big - small < 0"] = ((small, big) => big - small < 0, 0),
        ["(big - 6) >> 63"] = ((_, big) => (big - 6) >> 63, 1),
        ["(big - 6) % small"] = ((small, big) => (big - 6) % small, 15), // 2^64 - 1 = 15 modulo 200
        ["min(big - 6, small)"] = ((small, big) => (big - 6).Min(small), 200),
        ["big * -1 < 0"] = ((_, big) => big * -1 < 0, 1),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_a_number_of_64_unsigned_bits_makes_an_operation_unsigned(string name)
    {
        var (of, result) = Cases[name];
        Assert.Equal(result, Script.Number(definition => of(
            definition.AddVariable("small", ScalarType.UInt8, initialValue: 200),
            definition.AddVariable("big", ScalarType.UInt64, initialValue: 5))));
        // The same of locals, whose types are inferred.
        var definition = Script.Define();
        var variable = definition.AddVariable("result", ScalarType.Int64);
        var (small, big) = (CodeBuilder.Local("s"), CodeBuilder.Local("b"));
        using var program = Script.Run(definition, code => code
            .Assign(small, definition.AddVariable("small", ScalarType.UInt8, initialValue: 200))
            .Assign(big, definition.AddVariable("big", ScalarType.UInt64, initialValue: 5))
            .Assign(variable, of(small, big)));
        Assert.Equal(result, program.Variables["result"].Value);
    }

    [Fact]
    public void Length_of_the_packet_is_compared_and_divided_without_a_sign()
    {
        var definition = Script.Define();
        var length = CodeBuilder.Local("length");
        var result = definition.AddVariable("result", ScalarType.Int64);
        definition.AddCode(code => code.Assign(length, Packet.Length)
            .Assign(result, length.FloorDivide(6) + length % 6 + (length >> 1)));
        var text = ProgramCompiler.Compile(definition).Instructions.Select(i => i.ToString());
        Assert.DoesNotContain(text, line => line.Contains("s/") || line.Contains("s%") || line.Contains("s>>"));
    }
}
