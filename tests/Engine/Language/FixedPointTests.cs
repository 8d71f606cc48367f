using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class FixedPointTests
{
    public static TheoryData<string, double> Mixed => new()
    {
        { "7 / 2", 3.5 },
        { "seven / 2", 3.5 },
        { "-seven / 2", -3.5 },
        { "7 / two", 3.5 },
        { "seven // 2", 3 },
        { "-seven // 2", -4 },
        { "half + 1", 1.5 },
        { "1 - half", 0.5 },
        { "half * seven", 3.5 },
        { "seven * 0.25", 1.75 },
        { "1 / half", 2 },
        { "half / 4", 0.125 },
        { "1 / 3", 0.33333 },
        { "seven / 0", 0 },
        { "half // 1", 0 },
        { "-half", -0.5 },
    };

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Integers_and_fixed_point_numbers_mix(string what, double result) =>
        Assert.Equal(result, Script.Value(ScalarType.Fixed, definition => Of(definition, what)));

    [Theory]
    [InlineData("seven / 2", 3)]
    [InlineData("-seven / 2", -3)]
    [InlineData("half + 1", 1)]
    [InlineData("-seven // 2", -4)]
    public void Storing_a_fraction_in_an_integer_truncates(string what, long result) =>
        Assert.Equal(result, Script.Number(definition => Of(definition, what)));

    [Fact]
    public void Comparisons_respect_the_fraction()
    {
        Assert.Equal(true, Script.Value(ScalarType.Boolean, definition => Of(definition, "seven / 2") > 3));
        Assert.Equal(false, Script.Value(ScalarType.Boolean, definition => Of(definition, "seven // 2") > 3));
        Assert.Equal(true, Script.Value(ScalarType.Boolean, definition => 3 == 2.5 + Of(definition, "1 - half")));
    }

    [Theory]
    [InlineData(2.5, 2, 3, 2)]
    [InlineData(3.5, 3, 4, 4)]
    [InlineData(-2.5, -3, -2, -2)]
    [InlineData(-2.50001, -3, -2, -3)]
    [InlineData(2.49999, 2, 3, 2)]
    [InlineData(7, 7, 7, 7)]
    [InlineData(-0.5, -1, 0, 0)]
    public void Fixed_point_number_is_rounded_down_up_and_to_the_nearest(
        double number, long down, long up, long nearest)
    {
        long Rounded(Func<Expression, Expression> round) => Script.Number(
            definition => round(definition.AddVariable("number", ScalarType.Fixed, initialValue: number)));
        Assert.Equal((down, up, nearest),
            (Rounded(x => x.Floor()), Rounded(x => x.Ceiling()), Rounded(x => x.Round())));
    }

    private static Expression Of(ProgramDefinition definition, string what)
    {
        Expression half = definition.AddVariable("half", ScalarType.Fixed, initialValue: 0.5);
        Expression seven = definition.AddVariable("seven", ScalarType.Int32, initialValue: 7);
        Expression two = definition.AddVariable("two", ScalarType.UInt16, initialValue: 2);
        return what switch
        {
            "7 / 2" => Expression.Constant(7) / 2,
            "seven / 2" => seven / 2,
            "-seven / 2" => -seven / 2,
            "7 / two" => 7 / two,
            "seven // 2" => seven.FloorDivide(2),
            "-seven // 2" => (-seven).FloorDivide(2),
            "half + 1" => half + 1,
            "1 - half" => 1 - half,
            "half * seven" => half * seven,
            "seven * 0.25" => seven * 0.25,
            "1 / half" => 1 / half,
            "half / 4" => half / 4,
            "1 / 3" => Expression.Constant(1) / 3,
            "seven / 0" => seven / 0,
            "half // 1" => half.FloorDivide(1),
            "-half" => -half,
            _ => throw new ArgumentException(what),
        };
    }
}
