namespace EbpfCat.Btf;

/// <summary>Turns BTF types into types that read and write values.</summary>
public static class BtfConversion
{
    // With the typedefs and qualifiers on the way.
    private const int MaxSteps = 4 * EbpfType.MaxDepth;

    // Damaged type information may grow with each level.
    private const int MaxParts = 1 << 16;

    extension(BtfType type)
    {
        /// <summary>
        /// The type that reads and writes such values, or null for what has none: void, functions and structs that are
        /// declared only. Pointers are numbers of 64 bits; integers of more than 64 bits, floating-point numbers and
        /// arrays of unsigned bytes are bytes; arrays of <c>char</c> are text; <c>__be16</c> and the like have their
        /// byte order, <c>struct in_addr</c> and <c>in6_addr</c> are addresses. Members of anonymous structs and unions
        /// are fields of the whole. Bit fields are left out.
        /// </summary>
        /// <exception cref="BtfException">The type information is damaged.</exception>
        public EbpfType? ToEbpfType()
        {
            try
            {
                int remaining = MaxParts;
                return Convert(type, MaxSteps, ref remaining);
            }
            catch (ArgumentException error)
            {
                throw new BtfException($"Type {type.Id} is damaged: {error.Message}", error);
            }
        }
    }

    private static EbpfType? Convert(BtfType type, int depth, ref int remaining)
    {
        if (depth == 0) throw new BtfException($"Type {type.Id} refers to itself.");
        if (--remaining < 0) throw new BtfException($"Type {type.Id} has too many parts.");
        switch (type.Kind)
        {
            case BtfKind.Typedef:
                return NamedTypes.Find(type.Name, type.Size) ?? Convert(type.Target, depth - 1, ref remaining);
            case BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable:
                return Convert(type.Target, depth - 1, ref remaining);
            case BtfKind.Int: return ConvertInteger(type);
            case BtfKind.Pointer: return ScalarType.UInt64;
            case BtfKind.Float: return new BytesType(type.Size);
            case BtfKind.Array: return ConvertArray(type, depth, ref remaining);
            case BtfKind.Struct or BtfKind.Union:
                return NamedTypes.Find(type.Name, type.Size) ?? ConvertStruct(type, depth, ref remaining);
            case BtfKind.Enum or BtfKind.Enum64: return ConvertEnumeration(type);
            default: return null;
        }
    }

    private static EbpfType ConvertInteger(BtfType type)
    {
        if (type.IsBoolean && type.Size == 1) return ScalarType.Boolean;
        bool plain = type.Size is 1 or 2 or 4 or 8 && type.Bits == type.Size * 8;
        return plain ? ScalarType.Integer(type.Bits, type.IsSigned) : new BytesType(type.Size);
    }

    private static EbpfType? ConvertArray(BtfType type, int depth, ref int remaining)
    {
        if (type.Target.Resolve().IsCharacter && type.Length > 0) return new StringType(type.Length);
        EbpfType? element = Convert(type.Target, depth - 1, ref remaining);
        if (element == ScalarType.UInt8) return new BytesType(type.Length);
        return element is null || (long)element.Size * (uint)type.Length > int.MaxValue
            ? null : new ArrayType(element, type.Length);
    }

    private static EbpfType ConvertStruct(BtfType type, int depth, ref int remaining)
    {
        var fields = new List<StructField>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (BtfMember member in type.NamedMembers)
        {
            if (Convert(member.Type, depth - 1, ref remaining) is not { } field) continue;
            int offset = member.Offset;
            if (member.IsBitfield)
            {
                // C lets a bit field cross the bounds of its type.
                if (field is not ScalarType number) continue;
                int first = member.BitOffset % number.Bits;
                offset = member.BitOffset / number.Bits * number.Size;
                if (first + member.BitfieldSize > number.Bits || offset + number.Size > type.Size) continue;
                field = number.WithBits(first, member.BitfieldSize);
            }

            string name = member.Name;
            // C minds case and we do not.
            while (!names.Add(name)) name += "_";
            fields.Add(new StructField(name, field, offset));
        }

        if (fields.Count == 0) return new BytesType(type.Size);
        return StructType.CreateAt(fields, type.Size, type.Name is { Length: > 0 } tag ? tag : null);
    }

    private static EbpfType ConvertEnumeration(BtfType type)
    {
        ScalarType underlying = ScalarType.Integer(type.Size * 8, type.IsSigned);
        bool fits = type.Values.All(value => underlying.Bits == 64
            || (value.Value >= underlying.MinValue && value.Value <= (long)underlying.MaxValue));
        return fits ? new EnumType(underlying, type.Values, type.Name is { Length: > 0 } tag ? tag : null) : underlying;
    }
}
