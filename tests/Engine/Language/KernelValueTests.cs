using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class KernelValueTests
{
    [Fact]
    public void The_time_goes_on()
    {
        ulong Time() => (ulong)Script.Value(ScalarType.UInt64, _ => new SystemValueExpression(SystemValue.Time))!;
        var first = Time();
        Assert.InRange(Time() - first, 1ul, 60_000_000_000ul);
    }

    [Fact]
    public void Random_numbers_differ()
    {
        var numbers = Enumerable.Range(0, 8).Select(_ => Script.Value(ScalarType.UInt32, _ => new SystemValueExpression(SystemValue.Random)));
        Assert.InRange(numbers.Distinct().Count(), 7, 8);
    }

    [Theory]
    [InlineData("ktime_get_ns")]
    [InlineData("bpf_ktime_get_ns")]
    [InlineData("5")]
    public void A_helper_is_called_by_name_or_number(string helper) =>
        Assert.InRange((ulong)Script.Value(ScalarType.UInt64, _ => Expression.CallHelper(helper))!, 1ul, ulong.MaxValue);

    [Fact]
    public void A_helper_takes_the_context_and_numbers()
    {
        var definition = Script.Define();
        var (result, length) = (definition.AddVariable("result", ScalarType.Int64, initialValue: 9), definition.AddVariable("length", ScalarType.UInt32));
        using var program = Script.Run(definition, c => c
            .Assign(result, Expression.CallHelper("xdp_adjust_tail", new ContextExpression(), -4)).Assign(length, Packet.Length));
        Assert.Equal((0L, 60u), (program.Variables["result"].Value, program.Variables["length"].Value));
    }

    [Fact]
    public void A_helper_takes_keys_and_values_as_the_map_has_them()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt16, ScalarType.UInt64, 4);
        var reference = new MapReferenceExpression(map);
        using var program = Script.Run(definition, c => c
            .Do(Expression.CallHelper("map_update_elem", reference, 7, Packet.Length, 0))
            .Do(Expression.CallHelper("map_update_elem", reference, 8, 1, 0))
            .Do(Expression.CallHelper("map_delete_elem", reference, 8)));
        Assert.Equal([new MapEntry((ushort)7, 64ul)], program.Maps["map"].Entries());
    }

    [Fact]
    public void An_unknown_helper_is_an_error_with_a_suggestion()
    {
        var refusal = Assert.Throws<CompileException>(() => Script.Number(_ => Expression.CallHelper("ktime_get_nss")));
        Assert.Contains("Did you mean ktime_get_ns", refusal.Message, StringComparison.Ordinal);
    }
}
