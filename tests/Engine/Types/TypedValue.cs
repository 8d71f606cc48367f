using System.Collections;
using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Types;
using FsCheck;
using FsCheck.Fluent;

namespace EbpfCat.Tests.Types;

/// <summary>A type and a value that it reads and writes, as FsCheck makes them up.</summary>
public sealed record TypedValue(EbpfType Type, object Value)
{
    private const int Depth = 2;
    private static readonly ByteOrder[] Orders = Enum.GetValues<ByteOrder>();

    public static Arbitrary<TypedValue> Arbitrary() =>
        Types(Depth).SelectMany(Values, (type, value) => new TypedValue(type, value)).ToArbitrary();

    public static bool Same(object? left, object? right) => (left, right) switch
    {
        (IDictionary a, IDictionary b) => a.Count == b.Count && a.Keys.Cast<object>().All(key => Same(a[key], b[key])),
        (Array a, Array b) =>
            a.GetType() == b.GetType() && a.Cast<object?>().Zip(b.Cast<object?>(), Same).All(same => same)
            && a.Length == b.Length,
        _ => Equals(left, right) && left?.GetType() == right?.GetType(),
    };

    public static Gen<EbpfType> Types(int depth)
    {
        Gen<EbpfType> scalars =
            from type in Gen.Elements(
                ScalarType.UInt8, ScalarType.UInt16, ScalarType.UInt32, ScalarType.UInt64, ScalarType.Int8,
                ScalarType.Int16,
                ScalarType.Int32, ScalarType.Int64, ScalarType.Fixed, ScalarType.Boolean)
            from order in Gen.Elements(Orders)
            select (EbpfType)type.WithByteOrder(order);
        Gen<EbpfType> addresses = Gen.Elements<EbpfType>(
            AddressType.IPAddress, AddressType.IPv4, AddressType.IPv6, AddressType.Mac, PrefixType.IPAddress,
            PrefixType.IPv4, PrefixType.IPv6);
        Gen<EbpfType> lengths =
            from length in Gen.Choose(1, 40)
            from type in Gen.Elements<EbpfType>(new StringType(length), new BytesType(length))
            select type;
        Gen<EbpfType> enums =
            from signed in Gen.Elements(true, false)
            from bits in Gen.Elements(8, 16, 32, 64)
            from values in Gen.Choose(0, 100).ListOf(4)
            select (EbpfType)new EnumType(
                ScalarType.Integer(bits, signed),
                values.Distinct().Select(value => KeyValuePair.Create($"Name{value}", (long)value)));
        if (depth == 0) return Gen.OneOf(scalars, addresses, lengths, enums);
        Gen<EbpfType> arrays =
            from element in Types(depth - 1)
            from count in Gen.Choose(1, 5)
            select (EbpfType)new ArrayType(element, count);
        Gen<EbpfType> structs =
            from count in Gen.Choose(1, 6)
            from types in Types(depth - 1).ListOf(count)
            from packed in Gen.Elements(true, false)
            let fields = types.Select((type, index) => KeyValuePair.Create($"Field{index}", type))
            select (EbpfType)(packed ? StructType.CreatePacked(fields) : StructType.Create(fields));
        return Gen.OneOf(scalars, addresses, lengths, enums, arrays, structs);
    }

    public static Gen<object> Values(EbpfType type) => type switch
    {
        ScalarType scalar => Scalars(scalar),
        AddressType address => Bytes(address.Size).Select(bytes => Address(address, bytes)),
        PrefixType prefix => Prefixes(prefix),
        StringType text => ArbMap.Default.GeneratorFor<string>().Select(value => (object)Fit(value, text.Capacity)),
        BytesType bytes => Bytes(bytes.Length).Select(value => (object)value),
        EnumType enumeration =>
            Scalars(enumeration.Underlying).Select(value => enumeration.Read(enumeration.Underlying.ToBytes(value))!),
        ArrayType array =>
            Values(array.Element).ListOf(array.Count).Select(values => (object)Typed(array, [.. values])),
        StructType fields => fields.Fields.Aggregate(
            Gen.Constant<object>(new OrderedDictionary<string, object?>()),
            (sofar, field) => sofar.SelectMany(
                _ => Values(field.Type),
                (values, value) => With((OrderedDictionary<string, object?>)values, field.Name, value))),
        _ => throw new NotSupportedException(type.Name),
    };

    private static object With(OrderedDictionary<string, object?> values, string name, object value) =>
        new OrderedDictionary<string, object?>(values) { [name] = value };

    private static Gen<byte[]> Bytes(int count) =>
        Gen.Frequency((4, Gen.Choose(0, 255)), (1, Gen.Elements(0, 255))).ListOf(count)
            .Select(bytes => bytes.Select(each => (byte)each).ToArray());

    // A double tells hundred-thousandths apart up to 2^50 of them.
    private static Gen<object> Scalars(ScalarType type) =>
        Bytes(8).Select(bytes => BitConverter.ToInt64(bytes)).Select(bits =>
        (object)type.FromBits((ulong)(type.IsFixed ? bits >> 13 : bits)));

    private static object Address(AddressType type, byte[] bytes) => type.Kind switch
    {
        AddressKind.Mac => new PhysicalAddress(bytes),
        AddressKind.IPAddress when bytes[0] % 2 == 0 => new IPAddress(bytes.AsSpan(0, 4)),
        _ => new IPAddress(bytes),
    };

    private static Gen<object> Prefixes(PrefixType type) =>
        from bytes in Bytes(type.Address.Size)
        let address = (IPAddress)Address(type.Address, bytes)
        from length in Gen.Choose(0, address.GetAddressBytes().Length * 8)
        select (object)new IPNetwork(address, length);

    private static string Fit(string? value, int capacity)
    {
        var text = new System.Text.StringBuilder();
        foreach (System.Text.Rune rune in (value ?? "").EnumerateRunes())
        {
            if (System.Text.Encoding.UTF8.GetByteCount(text.ToString()) + rune.Utf8SequenceLength >= capacity) break;
            if (rune.Value != 0) text.Append(rune);
        }

        return text.ToString();
    }

    private static Array Typed(ArrayType type, object[] values)
    {
        if (type.Element is not ScalarType) return values;
        var array = Array.CreateInstance(values[0].GetType(), values.Length);
        Array.Copy(values, array, values.Length);
        return array;
    }
}
