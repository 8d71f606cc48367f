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
            StructType fields => AddStruct(fields),
            EnumType enumeration => AddEnumeration(enumeration),
            AddressType address => AddAddress(address),
            PrefixType prefix => AddPrefix(prefix),
            SocketAddressType address => AddArray(AddType(ScalarType.UInt8), address.Size),
            InstantType => AddType(ScalarType.UInt64),
            DurationType => AddType(ScalarType.Int64),
            StackType => AddFields(8, (ScalarType.Int32, "id", 0), (ScalarType.UInt32, "process", 4)),
            TextListType texts => AddFields(
                texts.Size,
                (ScalarType.UInt64, "count", 0),
                (new ArrayType(new StringType(TextListType.TextCapacity), TextListType.MaxTexts), "texts",
                    TextListType.TextsOffset)),
            StatisticsType statistics => AddFields(
                statistics.Size,
                (ScalarType.UInt64, "count", StatisticsType.CountOffset),
                (ScalarType.Int64, "sum", StatisticsType.SumOffset),
                (ScalarType.Int64, "minimum", StatisticsType.MinimumOffset),
                (ScalarType.Int64, "maximum", StatisticsType.MaximumOffset)),
            HistogramType => AddArray(AddType(ScalarType.UInt64), HistogramType.BucketCount),
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

    private int AddStruct(StructType type) => AddStruct(
        type.Tag ?? "",
        type.Size,
        // The kernel wants members in the order of their offsets.
        type.Fields.OrderBy(field => field.Offset).Select(field => (field.Name, AddType(field.Type), field.Offset)));

    private int AddStruct(string name, int size, IEnumerable<(string Name, int Type, int Offset)> fields)
    {
        uint[] words = [.. fields.SelectMany(field => new[]
        {
            Intern(BtfNames.Identifier(field.Name)), (uint)field.Type, (uint)field.Offset * 8,
        })];
        return Add(name, BtfKind.Struct, words.Length / 3, (uint)size, words);
    }

    private int AddFields(int size, params (EbpfType Type, string Name, int Offset)[] fields) =>
        AddStruct("", size, fields.Select(field => (field.Name, AddType(field.Type), field.Offset)));

    private int AddEnumeration(EnumType type)
    {
        bool wide = type.Members.Any(member => member.Value is < int.MinValue or > uint.MaxValue)
            || (type.Underlying.IsSigned && type.Members.Any(member => member.Value > int.MaxValue));
        // Where no value needs the mark for signed values, it is left out: older kernels do not know it.
        bool signed = type.Underlying.IsSigned && type.Members.Any(member => member.Value < 0);
        if ((wide || signed) && _kernel < WideEnumerations) return AddType(type.Underlying);
        uint[] words = [.. type.Members.SelectMany(member =>
        {
            uint name = Intern(BtfNames.Identifier(member.Key));
            uint low = (uint)member.Value;
            return wide ? new[] { name, low, (uint)(member.Value >> 32) } : [name, low];
        })];
        return Add(
            type.Tag ?? "", wide ? BtfKind.Enum64 : BtfKind.Enum, type.Members.Count, (uint)type.Size, words, signed);
    }

    private int AddAddress(AddressType type) => type.Kind switch
    {
        AddressKind.IPv4 => AddType(ScalarType.UInt32.WithByteOrder(ByteOrder.BigEndian)),
        _ => AddArray(AddType(ScalarType.UInt8), type.Size),
    };

    /// <summary>A struct, for the kernel takes nothing else as the key of a longest-prefix-match trie.</summary>
    private int AddPrefix(PrefixType type) => AddStruct(
        "",
        type.Size,
        [
            ("prefixlen", AddType(ScalarType.UInt32), 0),
            ("data", AddType(type.Address), PrefixType.AddressOffset),
        ]);
}
