namespace EbpfCat.Btf;

/// <summary>
/// Names express what C types cannot: a big-endian number is a typedef of the kernel's, an address or a
/// fixed-point number one of ours. So a map's type survives the way through the kernel and can be read back from a pin.
/// </summary>
internal static class NamedTypes
{
    // The kernel's own struct sockaddr is another: the type's size is in its bytes.
    private const string SocketAddress = "socket_address";
    private const string Linear = "linear_";

    private static readonly Dictionary<string, EbpfType> Types = Collect();
    private static readonly Dictionary<EbpfType, string> Names = CollectNames();

    /// <summary>The typedef that stands for a type, or null where C has the type itself.</summary>
    public static string? NameOf(EbpfType type) => type switch
    {
        SocketAddressType => SocketAddress,
        // A name in C has no signs.
        HistogramType { Step: > 0 } steps => string.Create(CultureInfo.InvariantCulture,
            $"{Linear}{steps.Low}_{steps.High}_{steps.Step}").Replace('-', 'm'),
        _ => Names.GetValueOrDefault(type),
    };

    /// <summary>The type that a typedef or tag of this name and size stands for, or null.</summary>
    public static EbpfType? Find(string name, int size) =>
        name == SocketAddress && size >= 20 ? new SocketAddressType(size - 4)
        : name.StartsWith(Linear, StringComparison.Ordinal)
            && EbpfType.TryParse($"linear({name[Linear.Length..].Replace('_', ',').Replace('m', '-')})", out var steps)
            && steps.Size == size ? steps
        : Types.TryGetValue(name, out EbpfType? type) && type.Size == size ? type
        : name == PrefixType.WithoutFamily.Name && size == PrefixType.WithoutFamily.Size ? PrefixType.WithoutFamily
        : null;

    private static Dictionary<string, EbpfType> Collect()
    {
        var types = new Dictionary<string, EbpfType>
        {
            ["fixed"] = ScalarType.Fixed,
            ["ipaddress"] = AddressType.IPAddress,
            ["ipv4"] = AddressType.IPv4,
            ["ipv6"] = AddressType.IPv6,
            ["mac"] = AddressType.Mac,
            ["ipprefix"] = PrefixType.IPAddress,
            ["prefix4"] = PrefixType.IPv4,
            ["prefix6"] = PrefixType.IPv6,
            ["stack"] = StackType.Instance,
            ["function"] = FunctionType.Instance,
            ["strings"] = TextListType.Instance,
            ["datetime"] = InstantType.Instance,
            ["timespan"] = DurationType.Instance,
            ["statistics"] = StatisticsType.Instance,
            ["histogram"] = HistogramType.Instance,
            ["in_addr"] = AddressType.IPv4,
            ["in6_addr"] = AddressType.IPv6,
            ["__sum16"] = ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian),
        };
        foreach ((ByteOrder order,
            string suffix) in new[] { (ByteOrder.BigEndian, "be"), (ByteOrder.LittleEndian, "le") })
        {
            types.Add($"fixed_{suffix}", ScalarType.Fixed.WithByteOrder(order));
            foreach (int bits in new[] { 16, 32, 64 })
            {
                types.Add($"__{suffix}{bits}", ScalarType.Integer(bits, signed: false, order));
                types.Add($"int{bits}_{suffix}", ScalarType.Integer(bits, signed: true, order));
            }
        }

        return types;
    }

    private static Dictionary<EbpfType, string> CollectNames()
    {
        var names = new Dictionary<EbpfType, string> { [PrefixType.WithoutFamily] = PrefixType.WithoutFamily.Name };
        foreach ((string name, EbpfType type) in Types)
        {
            if (name is not ("in_addr" or "in6_addr" or "__sum16")) names.Add(type, name);
        }

        return names;
    }
}
