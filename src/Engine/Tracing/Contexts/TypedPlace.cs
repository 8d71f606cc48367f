namespace EbpfCat.Tracing;

/// <summary>A value with a BTF type: its fields, and those behind its pointers, are found by name.</summary>
internal sealed class TypedPlace : EventPlace
{
    // Larger values would not fit on the stack.
    private const int LargestWhole = 256;

    private static readonly HashSet<string> SocketAddresses = ["sockaddr", "sockaddr_unsized", "sockaddr_storage"];

    private readonly EventAccess _root;
    private readonly BtfType _type;

    /// <summary>A value in the context, or behind a pointer there.</summary>
    /// <param name="root">The access in the context; its type is ignored.</param>
    /// <param name="type">Its type; where <see cref="IsPointee"/> is set, that of what it points to.</param>
    /// <param name="leads">The memory that a pointer in it points into.</param>
    public TypedPlace(EventAccess root, BtfType type, EventMemory leads) => (_root, _type, Leads) = (root, type, leads);

    /// <summary>Whether the type is that of the pointed-to value.</summary>
    public bool IsPointee { get; init; }

    /// <summary>The memory that a pointer in the value points into.</summary>
    public EventMemory Leads { get; }

    /// <summary>The offset of the value in bytes from the last followed pointer; null if it is the root.</summary>
    public int? Offset { get; init; }

    /// <summary>The memory of that offset.</summary>
    public EventMemory Memory { get; init; }

    /// <summary>The name that it was found by, which can tell an address from a number.</summary>
    public string Name { get; init; } = "";

    public override string Description => IsPointee ? $"{_type} *" : _type.ToString();

    public override IReadOnlyCollection<string> Names => [.. Composite().NamedMembers.Select(member => member.Name)];

    public override EventAccess? Access => Field is { IsBitfield: true } bits ? BitsAccess(bits) : ValueAccess();

    private BtfMember? Field { get; init; }

    private BtfType? Pointee => IsPointee ? _type
        : _type.Resolve() is { Kind: BtfKind.Pointer } pointer ? pointer.Target : null;

    public override EventPlace? Member(string name)
    {
        if (Pointee is { } target)
        {
            var whole = KernelTypes.Complete(target);
            return whole.IsComposite && whole.FindMember(name) is { } behind
                ? Behind(target, behind.Type, behind.Offset, behind) : null;
        }

        var found = _type.Resolve() is { IsComposite: true } composite ? composite.FindMember(name) : null;
        return found is { } inside ? Within(inside.Type, inside.Offset, inside) : null;
    }

    public override EventPlace? Element(int index)
    {
        if (Pointee is { } target) return target.Size > 0 ? Behind(target, target, index * target.Size, null) : null;
        if (_type.Resolve() is not { Kind: BtfKind.Array } array) return null;
        if (array.Length > 0 && index >= array.Length) return null;
        return Within(array.Target, index * array.Target.Size, null);
    }

    private BtfType Composite() => KernelTypes.Complete(Pointee ?? _type);

    // A part of this value, at an offset in the same memory.
    private TypedPlace? Within(BtfType type, int offset, BtfMember? field) => Offset is not { } start
        ? null
        : new TypedPlace(_root, type, Leads)
        {
            Offset = start + offset,
            Memory = Memory,
            Name = field?.Name ?? Name,
            Field = field is { } member ? member with { BitOffset = member.BitOffset + (start * 8) } : null,
        };

    // A part of what this pointer points to.
    private TypedPlace Behind(BtfType target, BtfType type, int offset, BtfMember? field)
    {
        var memory = MemoryBehind(target);
        return new TypedPlace(Followed(), type, memory)
        {
            Offset = offset,
            Memory = memory,
            Name = field?.Name ?? Name,
            Field = field,
        };
    }

    private EventAccess Followed() =>
        Offset is { } offset ? _root with { Steps = [.. _root.Steps, new EventStep(offset, Memory)] } : _root;

    // The verifier knows only the types of pointers to structs. A type tag marks pointers into the process's memory.
    private EventMemory MemoryBehind(BtfType target) =>
        target is { Kind: BtfKind.TypeTag, Name: "user" } ? EventMemory.User
        : Leads == EventMemory.Typed && !target.Resolve().IsComposite ? EventMemory.Kernel : Leads;

    private EventAccess? ValueAccess()
    {
        var access = Followed();
        if (Pointee is { } target)
        {
            var memory = MemoryBehind(target);
            if (memory == EventMemory.Typed) memory = EventMemory.Kernel;
            access = access with
            {
                Type = ScalarType.UInt64,
                Memory = memory,
                Target = target.Size > 0 || target.Resolve().Kind == BtfKind.Forward
                    ? new TypedTarget(target, memory) : null,
            };
            var plain = target.Resolve();
            if (IsCharacter(target))
                return access with { Type = new StringType(TextCapacity), Content = EventContent.TextPointer };
            return plain.IsComposite && SocketAddresses.Contains(plain.Name)
                ? access with { Type = SocketAddressType.Instance, Content = EventContent.BytesPointer }
                : access;
        }

        var type = _type.Resolve();
        if (type is { Kind: BtfKind.Array, Length: 0 } && IsCharacter(type.Target))
            return Offset is null ? null : access with { Type = new StringType(TextCapacity) };
        if (type.Size > LargestWhole || _type.ToEbpfType() is not { Size: > 0 } converted) return null;
        if (Offset is null) return converted is ScalarType or EnumType ? access with { Type = converted } : null;
        return access with { Type = IsAddress(converted) ? AddressType.IPv4 : converted };
    }

    // File names are unsigned characters; a type with another name, such as u8, is a number.
    private static bool IsCharacter(BtfType type)
    {
        while (type.Kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag)
            type = type.Target;
        return type is { Kind: BtfKind.Int, Size: 1 } && (type.IsCharacter || type.Name == "unsigned char");
    }

    // The kernel stores IPv4 addresses as numbers; their names tell: skc_daddr, saddr.
    private bool IsAddress(EbpfType type) =>
        type is ScalarType { Bits: 32, NeedsSwap: true } && Name.EndsWith("addr", StringComparison.OrdinalIgnoreCase);

    // A bit field is read as the whole unit of its type that contains it.
    private EventAccess? BitsAccess(BtfMember field)
    {
        if (field.Type.Resolve().ToEbpfType() is not { } type) return null;
        var named = type as EnumType;
        if ((named?.Underlying ?? type) is not ScalarType unit) return null;
        if (unit.IsBoolean) unit = ScalarType.UInt8;
        while (unit.Bits < 64 && (field.BitOffset % unit.Bits) + field.BitfieldSize > unit.Bits)
            unit = ScalarType.Integer(unit.Bits * 2, unit.IsSigned);
        var start = field.BitOffset / unit.Bits * unit.Size;
        return _root with
        {
            Type = unit,
            Steps = [.. _root.Steps, new EventStep(start, Memory)],
            BitOffset = field.BitOffset - (start * 8),
            BitCount = field.BitfieldSize,
        };
    }
}
