namespace EbpfCat.Btf;

public readonly partial record struct BtfType
{
    /// <summary>The members of a struct or union, in their order.</summary>
    public IReadOnlyList<BtfMember> Members
    {
        get
        {
            if (!IsComposite) return [];
            ReadOnlySpan<uint> words = Describe();
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
    /// The values of an enumeration, in their order; above the largest long, the long of the same bits.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, long>> Values
    {
        get
        {
            if (Kind is not (BtfKind.Enum or BtfKind.Enum64)) return [];
            ReadOnlySpan<uint> words = Describe();
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
            if (Kind == BtfKind.Function) return Target.Parameters;
            if (Kind != BtfKind.Prototype) return [];
            ReadOnlySpan<uint> words = Describe();
            var parameters = new BtfParameter[BtfTypes.CountOf(words[1])];
            for (int i = 0; i < parameters.Length; i++)
                parameters[i] = new BtfParameter(Types.Text(words[3 + 2 * i]), At(words[4 + 2 * i]));
            return parameters;
        }
    }

    /// <summary>What a function or prototype returns.</summary>
    public BtfType Result => Kind switch
    {
        BtfKind.Function => Target.Result,
        BtfKind.Prototype => At(Describe()[2]),
        _ => Types[0],
    };

    /// <summary>The variables of a section, in their order.</summary>
    public IReadOnlyList<BtfSectionEntry> Variables
    {
        get
        {
            if (Kind != BtfKind.Section) return [];
            ReadOnlySpan<uint> words = Describe();
            var entries = new BtfSectionEntry[BtfTypes.CountOf(words[1])];
            for (int i = 0; i < entries.Length; i++)
                entries[i] = new BtfSectionEntry(At(words[3 + 3 * i]), (int)words[4 + 3 * i], (int)words[5 + 3 * i]);
            return entries;
        }
    }

    /// <summary>
    /// The member of a name, in the struct behind typedefs and qualifiers or in the anonymous structs and unions within
    /// it; its offset counts from the beginning of the whole. A member whose name differs in case only is found where
    /// none has the very name.
    /// </summary>
    /// <param name="name">The name.</param>
    public BtfMember? FindMember(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindMember(name, StringComparison.Ordinal, Deepest)
            ?? FindMember(name, StringComparison.OrdinalIgnoreCase, Deepest);
    }

    /// <summary>
    /// The members one can name: those of anonymous structs and unions within take the place of these, with offsets
    /// from the beginning of the whole.
    /// </summary>
    public IEnumerable<BtfMember> NamedMembers => Flatten(Deepest);

    private BtfMember? FindMember(string name, StringComparison comparison, int depth)
    {
        foreach (BtfMember member in Flatten(depth))
        {
            if (member.Name.Equals(name, comparison)) return member;
        }

        return null;
    }

    private IEnumerable<BtfMember> Flatten(int depth)
    {
        if (depth == 0) throw new BtfException($"Type {Id} leads in a circle.");
        foreach (BtfMember member in Resolve().Members)
        {
            if (member.Name.Length > 0)
            {
                yield return member;
                continue;
            }

            foreach (BtfMember inner in member.Type.Flatten(depth - 1))
                yield return inner with { BitOffset = inner.BitOffset + member.BitOffset };
        }
    }
}
