namespace EbpfCat.Btf;

public sealed partial class BtfBuilder
{
    private const uint Signed = 1u << 24;
    private const uint Boolean = 4u << 24;

    // Enumerations with negative values or values above 32 bits.
    private static readonly Version WideEnumerations = new(6, 0);

    private readonly Dictionary<EbpfType, int> _types = [];
    private int _pointer;
    private int _character;

    private int Encode(EbpfType type)
    {
        int plain = type switch
        {
            ScalarType scalar => AddScalar(scalar),
            StringType text => AddArray(AddCharacter(), text.Capacity),
            BytesType bytes => AddArray(AddType(ScalarType.UInt8), bytes.Length),
            ArrayType array => AddArray(AddType(array.Element), array.Count),
            // The kernel requires members in the order of their offsets.
            StructType record => AddStruct(
                record.Tag ?? "", record.Size,
                [.. record.Fields.OrderBy(field => field.Offset * 8 + (BitsOf(field)?.BitOffset ?? 0))]),
            EnumType enumeration => AddEnumeration(enumeration),
            AddressType address => AddAddress(address),
            // The kernel requires a struct as the key of a longest-prefix-match trie.
            PrefixType prefix => AddStruct("", prefix.Size, FieldsOf(prefix)),
            SocketAddressType address => AddArray(AddType(ScalarType.UInt8), address.Size),
            InstantType => AddType(ScalarType.UInt64),
            DurationType => AddType(ScalarType.Int64),
            StackType => AddStruct("", 8, new("id", ScalarType.Int32, 0), new("process", ScalarType.UInt32, 4)),
            FunctionType => AddStruct(
                "", 16, new("address", ScalarType.UInt64, 0),
                new("process", ScalarType.UInt32, FunctionType.ProcessOffset),
                new("reserved", ScalarType.UInt32, 12)),
            TextListType texts => AddStruct(
                "", texts.Size,
                new("count", ScalarType.UInt32, 0),
                new("size", ScalarType.UInt32, TextListType.UsedOffset),
                new("texts", new BytesType(texts.Size - TextListType.TextsOffset), TextListType.TextsOffset)),
            StatisticsType statistics => AddStruct(
                "", statistics.Size,
                new("count", ScalarType.UInt64, StatisticsType.CountOffset),
                new("sum", ScalarType.Int64, StatisticsType.SumOffset),
                new("minimum", ScalarType.Int64, StatisticsType.MinimumOffset),
                new("maximum", ScalarType.Int64, StatisticsType.MaximumOffset)),
            HistogramType histogram => AddArray(AddType(ScalarType.UInt64), histogram.BucketCount),
            _ => throw new BtfException($"There is no C type for {type.Name}."),
        };
        return NamedTypes.NameOf(type) is { } name ? Add(name, BtfKind.Typedef, 0, (uint)plain, []) : plain;
    }

    private int AddScalar(ScalarType type)
    {
        ScalarType plain = type.IsBoolean ? type : ScalarType.Integer(type.Bits, type.IsSigned);
        if (plain != type) return AddType(plain);
        uint encoding = type.IsBoolean ? Boolean : type.IsSigned ? Signed : 0;
        return Add(type.Name, BtfKind.Int, 0, (uint)type.Size, [encoding | (uint)type.Bits]);
    }

    private int AddCharacter() =>
        _character == 0 ? _character = Add("char", BtfKind.Int, 0, 1, [Signed | 8]) : _character;

    private int AddArray(int element, int length) => Add(
        "", BtfKind.Array, 0, 0, [(uint)element, (uint)AddType(ScalarType.UInt32), (uint)length]);

    private int AddStruct(string name, int size, params StructField[] fields)
    {
        var words = new List<uint>();
        // Where there are bit fields, the upper eight bits of each offset are the number of bits. Those of a number in
        // the other byte order are not together.
        var hasBits = fields.Any(field => BitsOf(field) is not null);
        foreach (var field in fields)
        {
            words.Add(Intern(BtfNames.Identifier(field.Name)));
            var bits = BitsOf(field);
            words.AddRange([(uint)AddType(field.Type),
                (uint)(field.Offset * 8 + (bits?.BitOffset ?? 0)) | ((uint)(bits?.BitCount ?? 0) << 24)]);
        }

        return Add(name, BtfKind.Struct, fields.Length, (uint)size, [.. words], hasBits);
    }

    private static ScalarType? BitsOf(StructField field) =>
        field.Type is ScalarType { BitCount: > 0, IsBoolean: false, NeedsSwap: false } bits ? bits : null;

    private int AddEnumeration(EnumType type)
    {
        bool wide = type.Members.Any(member => member.Value is < int.MinValue or > uint.MaxValue)
            || (type.Underlying.IsSigned && type.Members.Any(member => member.Value > int.MaxValue));
        // The mark for signed values is set only if a value needs it: older kernels do not know it.
        bool signed = type.Underlying.IsSigned && type.Members.Any(member => member.Value < 0);
        if ((wide || signed) && _kernel < WideEnumerations) return AddType(type.Underlying);
        var words = new List<uint>();
        foreach (var (name, value) in type.Members)
        {
            words.AddRange([Intern(BtfNames.Identifier(name)), (uint)value]);
            if (wide) words.Add((uint)(value >> 32));
        }

        return Add(
            type.Tag ?? "", wide ? BtfKind.Enum64 : BtfKind.Enum, type.Members.Count, (uint)type.Size, [.. words],
            signed);
    }

    private int AddAddress(AddressType type) => type.Kind switch
    {
        AddressKind.IPv4 => AddType(ScalarType.UInt32.WithByteOrder(ByteOrder.BigEndian)),
        _ => AddArray(AddType(ScalarType.UInt8), type.Size),
    };

    private static StructField[] FieldsOf(PrefixType prefix)
    {
        StructField length = new("prefixlen", ScalarType.UInt32, 0);
        StructField data = new("data", prefix.Address, prefix.AddressOffset);
        return prefix.AddressOffset == PrefixType.FamilyOffset
            ? [length, data] : [length, new("family", ScalarType.UInt32, PrefixType.FamilyOffset), data];
    }
}
