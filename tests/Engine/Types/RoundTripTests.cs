using System.Globalization;
using EbpfCat.Types;
using FsCheck;
using FsCheck.Fluent;

namespace EbpfCat.Tests.Types;

public class RoundTripTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Written_value_reads_back() => Check.One(Many, Prop.ForAll(
        TypedValue.Arbitrary(), each => TypedValue.Same(each.Value, each.Type.Read(each.Type.ToBytes(each.Value)))));

    [Fact]
    public void Read_value_writes_back_to_an_equal_value() => Check.One(Many, Prop.ForAll(
        TypedValue.Types(2).Where(type => !HasPrefix(type)).SelectMany(
            type => ArbMap.Default.GeneratorFor<byte>().ListOf(type.Size),
            (type, bytes) => (type, bytes: bytes.ToArray())).ToArbitrary(),
        each =>
        {
            object? value;
            try
            {
                value = each.type.Read(each.bytes);
                return TypedValue.Same(value, each.type.Read(each.type.ToBytes(value)));
            }
            catch (TypeConversionException error)
            {
                // Invalid UTF-8 grows when it is read, and a full array has no room for the NUL.
                return error.Message.Contains("in UTF-8", StringComparison.Ordinal)
                    // A double near the ends of the fixed-point range can round beyond them.
                    || error.Message.Contains("92233720368547.75807", StringComparison.Ordinal);
            }
        }));

    [Fact]
    public void Writing_does_not_depend_on_previous_bytes() => Check.One(Many, Prop.ForAll(
        TypedValue.Arbitrary(), each =>
        {
            byte[] dirty = [.. Enumerable.Repeat((byte)0xa5, each.Type.Size)];
            each.Type.Write(each.Value, dirty);
            return dirty.AsSpan().SequenceEqual(each.Type.ToBytes(each.Value));
        }));

    [Fact]
    public void Text_of_a_value_parses_to_the_value() => Check.One(Many, Prop.ForAll(
        TypedValue.Types(0).SelectMany(TypedValue.Values, (type, value) => new TypedValue(type, value)).ToArbitrary(),
        each => each.Value is byte[] || each.Type.ToBytes(each.Value).AsSpan().SequenceEqual(
            each.Type.ToBytes(Convert.ToString(each.Value, CultureInfo.InvariantCulture)))));

    [Fact]
    public void Integer_is_written_if_and_only_if_in_range() => Check.One(Many, Prop.ForAll(
        (from type in TypedValue.Types(0).Where(type => type is ScalarType { IsFixed: false })
            .Select(type => (ScalarType)type)
         from bits in Gen.Choose(0, 65)
         from near in Gen.Choose(-3, 3)
         from sign in Gen.Elements(-1, 1)
         select (type, number: sign * ((Int128)1 << bits) + near)).ToArbitrary(),
        each =>
        {
            bool fits = each.number >= each.type.MinValue && each.number <= each.type.MaxValue;
            try
            {
                return each.type.ToBits(each.number) == (ulong)each.number && fits;
            }
            catch (TypeConversionException)
            {
                return !fits;
            }
        }));

    [Fact]
    public void Name_of_a_type_parses_to_the_type() => Check.One(Many, Prop.ForAll(
        TypedValue.Types(2).Where(type => !Contains(type, each => each is StructType or EnumType)).ToArbitrary(),
        type => EbpfType.Parse(type.Name) == type ||
        Contains(type, each => each is ArrayType { Element: ScalarType { Name: "uint8" } })));

    [Fact]
    public void Parsing_any_text_fails_only_with_an_explained_error() => Check.One(Many, Prop.ForAll(
        Gen.Elements("uint32", "string", "char", "byte", "!", "<", "[", "]", "4", "0", " ", "H", "x", "ipv4",
            "(big-endian)", "-", "é")
            .ListOf().Select(string.Concat).ToArbitrary(),
        text =>
        {
            bool parses = EbpfType.TryParse(text, out EbpfType? type);
            return parses ? type!.Size > 0 : Refusal.OfText(text).Contains(text, StringComparison.Ordinal);
        }));

    private static bool HasPrefix(EbpfType type) => Contains(type, each => each is PrefixType);

    private static bool Contains(EbpfType type, Func<EbpfType, bool> predicate) => predicate(type) || type switch
    {
        ArrayType array => Contains(array.Element, predicate),
        StructType fields => fields.Fields.Any(field => Contains(field.Type, predicate)),
        _ => false,
    };
}
