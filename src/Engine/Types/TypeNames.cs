using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;

namespace EbpfCat.Types;

/// <summary>The names of types: which words, letters and .NET types stand for which.</summary>
internal static class TypeNames
{
    public const string LittleEndianSuffix = " (little-endian)";
    public const string BigEndianSuffix = " (big-endian)";

    /// <summary>The words that stand for text when a length follows.</summary>
    public static readonly FrozenSet<string> Texts =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "string", "char");

    private static readonly (EbpfType Type, string Words)[] WordTable =
    [
        (ScalarType.UInt8, "uint8 byte u8 __u8 uint8_t"),
        (ScalarType.UInt16, "uint16 ushort u16 __u16 uint16_t"),
        (ScalarType.UInt32, "uint32 uint u32 __u32 uint32_t"),
        (ScalarType.UInt64, "uint64 ulong u64 __u64 uint64_t"),
        (ScalarType.Int8, "int8 sbyte s8 __s8 int8_t"),
        (ScalarType.Int16, "int16 short s16 __s16 int16_t"),
        (ScalarType.Int32, "int32 int s32 __s32 int32_t"),
        (ScalarType.Int64, "int64 long s64 __s64 int64_t"),
        (ScalarType.Integer(16, false, ByteOrder.BigEndian), "__be16"),
        (ScalarType.Integer(32, false, ByteOrder.BigEndian), "__be32"),
        (ScalarType.Integer(64, false, ByteOrder.BigEndian), "__be64"),
        (ScalarType.Integer(16, false, ByteOrder.LittleEndian), "__le16"),
        (ScalarType.Integer(32, false, ByteOrder.LittleEndian), "__le32"),
        (ScalarType.Integer(64, false, ByteOrder.LittleEndian), "__le64"),
        (ScalarType.Boolean, "bool boolean"),
        (ScalarType.Fixed, "fixed"),
        (AddressType.IPAddress, "ipaddress"),
        (AddressType.IPv4, "ipv4"),
        (AddressType.IPv6, "ipv6"),
        (AddressType.Mac, "mac physicaladdress"),
        (PrefixType.IPAddress, "ipprefix ipnetwork"),
        (PrefixType.IPv4, "prefix4"),
        (PrefixType.IPv6, "prefix6"),
        (SocketAddressType.Instance, "sockaddr socketaddress"),
        (InstantType.Instance, "datetime"),
        (DurationType.Instance, "timespan"),
        (StatisticsType.Instance, "statistics"),
        (HistogramType.Instance, "histogram"),
        (StackType.Instance, "stack"),
        (FunctionType.Instance, "function"),
        (TextListType.Instance, "strings"),
    ];

    public static readonly FrozenDictionary<string, EbpfType> Words = ByWord();

    /// <summary>The letters of Python's struct module that mean the same everywhere, and our own <c>x</c>.</summary>
    public static readonly FrozenDictionary<char, EbpfType> Letters = new Dictionary<char, EbpfType>
    {
        ['B'] = ScalarType.UInt8,
        ['H'] = ScalarType.UInt16,
        ['I'] = ScalarType.UInt32,
        ['Q'] = ScalarType.UInt64,
        ['b'] = ScalarType.Int8,
        ['h'] = ScalarType.Int16,
        ['i'] = ScalarType.Int32,
        ['q'] = ScalarType.Int64,
        ['x'] = ScalarType.Fixed,
        ['?'] = ScalarType.Boolean,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<char, ByteOrder> ByteOrders = new Dictionary<char, ByteOrder>
    {
        ['<'] = ByteOrder.LittleEndian,
        ['>'] = ByteOrder.BigEndian,
        ['!'] = ByteOrder.BigEndian,
        ['='] = ByteOrder.Native,
        ['@'] = ByteOrder.Native,
    }.ToFrozenDictionary();

    /// <summary>The names for completion: one for each type, the commonest first.</summary>
    public static readonly string[] Offered =
    [
        "uint64", "uint32", "uint16", "uint8", "int64", "int32", "int16", "int8", "bool", "fixed",
        "ipaddress", "ipv4", "ipv6", "mac", "ipprefix", "prefix4", "prefix6", "sockaddr",
        "datetime", "timespan", "statistics", "histogram", "linear(0,100,10)",
        "string[16]", "strings", "byte[16]", "stack",
    ];

    /// <summary>What an unknown word may mean: the offered names come first among equally near ones.</summary>
    public static readonly string[] Suggested =
        [.. Offered.Concat(WordTable.SelectMany(row => row.Words.Split(' '))).Distinct()];

    private static readonly FrozenDictionary<Type, EbpfType> NetTypes = new Dictionary<Type, EbpfType>
    {
        [typeof(byte)] = ScalarType.UInt8,
        [typeof(ushort)] = ScalarType.UInt16,
        [typeof(uint)] = ScalarType.UInt32,
        [typeof(ulong)] = ScalarType.UInt64,
        [typeof(sbyte)] = ScalarType.Int8,
        [typeof(short)] = ScalarType.Int16,
        [typeof(int)] = ScalarType.Int32,
        [typeof(long)] = ScalarType.Int64,
        [typeof(bool)] = ScalarType.Boolean,
        [typeof(double)] = ScalarType.Fixed,
        [typeof(IPAddress)] = AddressType.IPAddress,
        [typeof(PhysicalAddress)] = AddressType.Mac,
        [typeof(IPNetwork)] = PrefixType.IPAddress,
        [typeof(DateTime)] = InstantType.Instance,
        [typeof(TimeSpan)] = DurationType.Instance,
    }.ToFrozenDictionary();

    private static FrozenDictionary<string, EbpfType> ByWord()
    {
        var words = new Dictionary<string, EbpfType>();
        foreach (var (type, names) in WordTable)
        {
            foreach (var name in names.Split(' ')) words.Add(name, type);
        }

        return words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public static bool HasNetType(Type type) => NetTypes.ContainsKey(type);

    public static EbpfType FromNetType(Type type)
    {
        if (NetTypes.TryGetValue(type, out EbpfType? found)) return found;
        if (type.IsEnum) return EnumType.FromNetType(type);
        string hint = type == typeof(string) ? "; text needs its capacity in bytes, such as 'string[16]'"
            : type.IsArray ? "; an array needs its length, such as 'uint32[4]'" : "";
        throw new FormatException($"The .NET type {type.Name} has no kernel type{hint}.");
    }
}
