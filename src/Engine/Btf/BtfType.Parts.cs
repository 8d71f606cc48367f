namespace EbpfCat.Btf;

public readonly partial record struct BtfType
{
    /// <summary>The members of a struct or union, in their order.</summary>
    public IReadOnlyList<BtfMember> Members
    {
        get
        {
            if (!IsComposite) return [];
            ReadOnlySpan<uint> words = Words();
            var members = new BtfMember[BtfTypes.CountOf(words[1])];
            bool hasBitfields = HasKindFlag;
            for (int i = 0; i < members.Length; i++)
            {
                ReadOnlySpan<uint> member = words.Slice(3 + 3 * i, 3);
                BtfType type = At(member[1]);
                int offset = (int)(hasBitfields ? member[2] & 0xffffff : member[2]);
                int bits = hasBitfields ? (int)(member[2] >> 24) : 0;
                members[i] = new BtfMember(Types.Text(member[0]), type, offset, bits);
            }

            return members;
        }
    }

    /// <summary>
    /// The values of an enumeration, in their order. A value above <see cref="long.MaxValue"/> is given as the negative
    /// number with the same bits.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, long>> Values
    {
        get
        {
            if (Kind is not (BtfKind.Enum or BtfKind.Enum64)) return [];
            ReadOnlySpan<uint> words = Words();
            var values = new KeyValuePair<string, long>[BtfTypes.CountOf(words[1])];
            bool signed = IsSigned;
            int step = Kind == BtfKind.Enum ? 2 : 3;
            for (int i = 0; i < values.Length; i++)
            {
                ReadOnlySpan<uint> value = words.Slice(3 + step * i, step);
                long number = step == 3 ? value[1] | ((long)value[2] << 32) : signed ? (int)value[1] : value[1];
                values[i] = new(Types.Text(value[0]), number);
            }

            return values;
        }
    }

    /// <summary>The parameters of a function or prototype, in their order.</summary>
    public IReadOnlyList<BtfParameter> Parameters
    {
        get
        {
            if (Prototype is not { } prototype) return [];
            ReadOnlySpan<uint> words = prototype.Words();
            var parameters = new BtfParameter[BtfTypes.CountOf(words[1])];
            for (int i = 0; i < parameters.Length; i++)
                parameters[i] = new BtfParameter(Types.Text(words[3 + 2 * i]), At(words[4 + 2 * i]));
            return parameters;
        }
    }

    /// <summary>The type that a function or prototype returns.</summary>
    public BtfType Result => Prototype is { } prototype ? At(prototype.Words()[2]) : Types[0];

    /// <summary>The variables of a section, in their order.</summary>
    public IReadOnlyList<BtfSectionEntry> Variables
    {
        get
        {
            if (Kind != BtfKind.Section) return [];
            ReadOnlySpan<uint> words = Words();
            var entries = new BtfSectionEntry[BtfTypes.CountOf(words[1])];
            for (int i = 0; i < entries.Length; i++)
                entries[i] = new BtfSectionEntry(At(words[3 + 3 * i]), (int)words[4 + 3 * i], (int)words[5 + 3 * i]);
            return entries;
        }
    }

    /// <summary>
    /// Finds a member of <see cref="NamedMembers"/> by its name. If no member has exactly this name, finds the first
    /// whose name differs in case only.
    /// </summary>
    public BtfMember? FindMember(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindMember(name, StringComparison.Ordinal) ?? FindMember(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The members that have a name, in the struct or union behind typedefs and qualifiers. The members of an anonymous
    /// struct or union stand in its place. Offsets count from the beginning of the outermost type.
    /// </summary>
    /// <exception cref="BtfException">The type information is damaged.</exception>
    public IReadOnlyList<BtfMember> NamedMembers
    {
        get
        {
            var members = new List<BtfMember>();
            int remaining = MaxMembers;
            Flatten(members, 0, MaxDepth, ref remaining);
            return members;
        }
    }

    // Null also for a function without a prototype, which damaged type information may have.
    private BtfType? Prototype => Kind == BtfKind.Prototype ? this
        : Kind == BtfKind.Function && Target.Kind == BtfKind.Prototype ? Target : null;

    private BtfMember? FindMember(string name, StringComparison comparison)
    {
        foreach (BtfMember member in NamedMembers)
        {
            if (member.Name.Equals(name, comparison)) return member;
        }

        return null;
    }

    private void Flatten(List<BtfMember> members, int bitOffset, int depth, ref int remaining)
    {
        if (depth == 0) throw CircularType();
        foreach (BtfMember member in Resolve().Members)
        {
            if (--remaining < 0) throw new BtfException($"Type {Id} has too many members.");
            int offset = unchecked(member.BitOffset + bitOffset);
            if (member.Name.Length > 0) members.Add(member with { BitOffset = offset });
            else member.Type.Flatten(members, offset, depth - 1, ref remaining);
        }
    }
}
