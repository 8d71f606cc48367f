namespace EbpfCat.Tracing;

/// <summary>
/// Width and sign of C types by name (<c>linux/types.h</c>). Tracefs does not give them for arguments of system calls:
/// each takes eight unsigned bytes there.
/// </summary>
internal static class CTypes
{
    private static readonly (ScalarType Type, string Names)[] Table =
    [
        (ScalarType.Boolean, "bool|_Bool"),
        (ScalarType.UInt8, "u8|__u8|uint8_t|unsigned char"),
        (ScalarType.UInt16, "u16|__u16|uint16_t|unsigned short|umode_t"),
        (ScalarType.UInt32, "u32|__u32|uint32_t|unsigned int|unsigned|uint|uid_t|gid_t|qid_t|dev_t"),
        (ScalarType.UInt64, "u64|__u64|uint64_t|unsigned long|unsigned long long|size_t|ino_t|sector_t|aio_context_t"),
        (ScalarType.Int8, "s8|__s8|int8_t|signed char"),
        (ScalarType.Int16, "s16|__s16|int16_t|short"),
        (ScalarType.Int32, "s32|__s32|int32_t|int|pid_t|clockid_t|timer_t|key_t|mqd_t|key_serial_t|rwf_t"),
        (ScalarType.Int64, "s64|__s64|int64_t|long|long long|ssize_t|off_t|loff_t|time64_t"),
        (ScalarType.Integer(16, signed: false, ByteOrder.BigEndian), "__be16"),
        (ScalarType.Integer(32, signed: false, ByteOrder.BigEndian), "__be32"),
        (ScalarType.Integer(64, signed: false, ByteOrder.BigEndian), "__be64"),
    ];

    private static readonly Dictionary<string, ScalarType> Scalars = Table
        .SelectMany(row => row.Names.Split('|'), (row, name) => KeyValuePair.Create(name, row.Type))
        .ToDictionary(StringComparer.Ordinal);

    private static readonly HashSet<string> PointerNames =
        ["cap_user_header_t", "cap_user_data_t", "fl_owner_t", "initcall_t", "__sighandler_t"];

    private static readonly HashSet<string> ByteNames = ["u8", "__u8", "uint8_t", "unsigned char"];

    // Only the name of a field tells an address from another array of bytes. The keys are lengths in bytes.
    private static readonly Dictionary<int, (AddressType Type, HashSet<string> Names)> Addresses =
        new Dictionary<int, (AddressType, HashSet<string>)>
        {
            [4] = (AddressType.IPv4, ["saddr", "daddr", "src", "dst", "gw", "gw4", "primary_key4"]),
            [6] = (AddressType.Mac, ["addr", "grpmac", "mac"]),
            [16] = (AddressType.IPv6, ["saddr_v6", "daddr_v6", "src", "dst", "gw", "gw6", "grp", "primary_key6"]),
        };

    /// <summary>The scalar type of a C type, or null if its name does not determine one.</summary>
    public static ScalarType? Scalar(string type) => Scalars.GetValueOrDefault(type);

    /// <summary>Whether a C type is a pointer, by its declarator or by a typedef name.</summary>
    public static bool IsPointer(string type) =>
        type.Contains('*', StringComparison.Ordinal) || PointerNames.Contains(type);

    /// <summary>Whether a C type is a pointer to characters, which is read as text by default.</summary>
    public static bool IsCharacterPointer(string type) => Unqualified(type) == "char *";

    /// <summary>A type without <c>const</c> and <c>volatile</c> and with single spaces.</summary>
    public static string Unqualified(string type) => string.Join(
        ' ',
        type.Replace("*", " * ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word is not ("const" or "volatile")));

    /// <summary>The type of an array of bytes: an address type if the kernel gives this name to addresses.</summary>
    /// <param name="element">The C type of an element.</param>
    public static EbpfType ByteArray(string element, int count, string name) =>
        ByteNames.Contains(element) && Addresses.TryGetValue(count, out var address) && address.Names.Contains(name)
            ? address.Type : new BytesType(count);
}
