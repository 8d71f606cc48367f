namespace EbpfCat.Compiler;

/// <summary>Converts operands between types, as assignments and casts do.</summary>
internal sealed class ConversionLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;

    public ScalarOperand Convert(ScalarOperand operand, ScalarType type) =>
        (ScalarOperand)Convert((Operand)operand, type);

    /// <summary>Converts a value as an assignment does.</summary>
    public Operand Convert(Operand operand, EbpfType type)
    {
        if (operand.Type == type) return operand;
        switch (operand, type)
        {
            case (ScalarOperand scalar, ScalarType target):
                return new ScalarOperand(target, ConvertNumber(scalar, target));
            case (ScalarOperand { Value: { IsConstant: true, Immediate: 0 } }, _) when type is not PrefixType:
                return _memory.BytesOf(type, new byte[type.Size]);
            case (ScalarOperand number, AddressType { Kind: AddressKind.IPv4 }):
                var whole = number.Scalar.IsFixed ? ConvertNumber(number, ScalarType.UInt32) : number.Value;
                return new PiecesOperand(type, [new Piece(0, 4, _b.Make(Op.ByteSwap, 32, whole))]);
            case (PiecesOperand or MemoryOperand, ScalarType { IsBoolean: false, IsFixed: false } target)
                when operand.Type is AddressType { Kind: AddressKind.IPv4 }:
                var bytes = _memory.Pieces(operand, [(0, 4)])[0].Value;
                return Convert(new ScalarOperand(ScalarType.UInt32, _b.Make(Op.ByteSwap, 32, bytes)), target);
            case ({ Type: AddressType { Kind: AddressKind.IPv4 } },
                AddressType { Kind: AddressKind.IPAddress or AddressKind.IPv6 }):
                return new PiecesOperand(type,
                [
                    new Piece(0, 8, _b.Constant(0)),
                    new Piece(8, 4, _b.Constant(0xffff0000)),
                    new Piece(12, 4, _memory.Pieces(operand, [(0, 4)])[0].Value),
                ]);
            case ({ Type: AddressType { Kind: AddressKind.IPv6 or AddressKind.IPAddress } },
                AddressType { Kind: AddressKind.IPv4 }):
                return IPv4Of(_memory.Pieces(operand, PieceLayout.Of(operand.Type.Size, 4)));
            case ({ Type: AddressType { Kind: AddressKind.IPv6 or AddressKind.IPAddress } },
                AddressType { Kind: AddressKind.IPv6 or AddressKind.IPAddress }):
                return operand is MemoryOperand memory
                    ? new MemoryOperand(type, memory.Place)
                    : new PiecesOperand(type, ((PiecesOperand)operand).Pieces);
            case ({ Type: AddressType address }, PrefixType prefix)
                when address == prefix.Address || prefix.Kind == AddressKind.IPAddress:
                return PrefixOf(operand, prefix);
            case ({ Type: StringType text }, StringType target):
                return ConvertText(operand, text, target);
            case ({ Type: StructType from }, StructType record):
                var copy = _memory.Temporary(record.Size);
                StoreByName(operand, from, record, copy);
                return new MemoryOperand(record, copy);
            case ({ Type: StructType }, ArrayType):
                return Retype(operand, type);
            case ({ Type: BytesType given }, _) when given.Length == type.Size && type is not ScalarType:
                return Retype(operand, type);
            case ({ } given, BytesType target) when given.Type.Size == target.Length && given is not ScalarOperand:
                return Retype(operand, type);
            default:
                throw new UnreachableException($"{operand.Type.Name} as {type.Name}");
        }
    }

    private static Operand Retype(Operand operand, EbpfType type) => operand switch
    {
        MemoryOperand memory => new MemoryOperand(type, memory.Place),
        PiecesOperand pieces => new PiecesOperand(type, pieces.Pieces),
        _ => operand,
    };

    private Value ConvertNumber(ScalarOperand operand, ScalarType target)
    {
        var value = operand.Value;
        if (target.IsFixed)
            return operand.Scalar.IsFixed ? value : _b.Make(Op.Mul, value, _b.Constant(ScalarType.FixedScale));
        if (target.IsBoolean)
        {
            return operand.Scalar.IsBoolean
            ? value
            : _b.Truth(value);
        }

        if (operand.Scalar.IsFixed) value = _b.Make(Op.SDiv, value, _b.Constant(ScalarType.FixedScale));
        if (target.Width == 64) return value;
        return target.IsSigned
            ? _b.Make(Op.SignExtend, target.Width, value)
            : _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(target.Width)));
    }

    // An address that is not IPv4 becomes zero.
    private PiecesOperand IPv4Of(IReadOnlyList<Piece> words)
    {
        var address = _b.Select(Comparison.Equal, IsNotMapped(words), _b.Constant(0), words[3].Value, _b.Constant(0));
        return new PiecesOperand(AddressType.IPv4, [new Piece(0, 4, address)]);
    }

    private Operand PrefixOf(Operand operand, PrefixType prefix)
    {
        // A lookup has the whole address as its prefix: the kernel finds the longest that covers it.
        var address = Convert(operand, prefix.Address);
        var words = _memory.Pieces(address, PieceLayout.Of(prefix.Address.Size, 4));
        var pieces = new List<Piece> { new(0, 4, _b.Constant(prefix.MaxLength)) };
        if (prefix.AddressOffset > PrefixType.FamilyOffset)
            pieces.Add(new(PrefixType.FamilyOffset, 4, FamilyOf(((AddressType)operand.Type).Kind, words)));
        pieces.AddRange(words.Select(word => word with { Offset = word.Offset + prefix.AddressOffset }));
        return new PiecesOperand(prefix, pieces);
    }

    /// <summary>Not zero for an IPv6 address, zero for an IPv4 address mapped into IPv6.</summary>
    /// <param name="words">The address in pieces of four bytes.</param>
    public Value IsNotMapped(IReadOnlyList<Piece> words)
    {
        var other = _b.Make(Op.Or, words[0].Value, words[1].Value);
        return _b.Make(Op.Or, other, _b.Make(Op.Xor, words[2].Value, _b.Constant(0xffff0000)));
    }

    private Value FamilyOf(AddressKind kind, IReadOnlyList<Piece> words)
    {
        var (four, six) = (PrefixType.FamilyOf(isIPv4: true), PrefixType.FamilyOf(isIPv4: false));
        if (kind != AddressKind.IPAddress) return _b.Constant(kind == AddressKind.IPv4 ? four : six);
        var isOther = _b.Truth(IsNotMapped(words));
        return _b.Make(Op.Add, _b.Make(Op.Mul, isOther, _b.Constant(six - four)), _b.Constant(four));
    }

    private Operand ConvertText(Operand operand, StringType text, StringType target)
    {
        var common = Math.Min(text.Capacity, target.Capacity);
        var alignment = operand is MemoryOperand memory ? memory.Place.Alignment : 8;
        var pieces = _memory.Pieces(operand, PieceLayout.Of(common, alignment)).ToList();
        foreach (var (offset, size) in PieceLayout.Of(target.Capacity - common, 1))
        {
            pieces.Add(new Piece(common + offset, size, _b.Constant(0)));
        }

        if (target.Capacity < text.Capacity) // cut: the last byte ends the text
        {
            pieces = [.. PieceLayout.Of(common, 8)
                .Select(p => new Piece(p.Offset, p.Size, _memory.Cut(pieces, p.Offset, p.Size)))];
            var last = pieces[^1];
            var rest = _b.Constant(Simplifier.Mask((last.Size - 1) * 8));
            pieces[^1] = last with { Value = _b.Make(Op.And, last.Value, rest) };
        }

        return new PiecesOperand(target, pieces);
    }

    /// <summary>Converts a value and stores it.</summary>
    public void Store(EbpfType type, Place place, Operand value)
    {
        type = MemoryLowering.NumberOf(type);
        if (type is ScalarType scalar)
        {
            var number = (ScalarOperand)Convert(value, Typer.Plain(scalar)!);
            _memory.Store(scalar, place, number.Value);
        }
        else if (value.Type is StructType from && type is StructType record && from != record)
        {
            StoreByName(value, from, record, place);
        }
        else
        {
            _memory.Store(place, Convert(value, type));
        }
    }

    public void Store(PlaceReference reference, Operand value)
    {
        if (reference.BitCount == 0)
        {
            Store(reference.Type, reference.Place, value);
            return;
        }
        // A bit field: the other bits keep their values.
        var type = (ScalarType)reference.Type;
        var number = _b.Make(Op.Shr, ((ScalarOperand)Convert(value, ScalarType.UInt64)).Value,
            _b.Constant(reference.Scale));
        var old = ((ScalarOperand)_memory.Load(type, reference.Place)).Value;
        Store(type, reference.Place, new ScalarOperand(ScalarType.UInt64,
            _memory.Merged(type, old, reference.BitOffset, reference.BitCount, number)));
    }

    /// <summary>Converts a value and stores it with zeros behind the end of a text.</summary>
    public void StoreWhole(EbpfType type, Place place, Operand value)
    {
        if (value.Type == type)
        {
            _memory.StoreWhole(place, value);
        }
        else if (type is StringType
            && value is MemoryOperand { Of: StringType, Place.Region: MemoryRegion.Context } text)
        {
            _memory.CopyText(place, type.Size, text);
        }
        else
        {
            Store(type, place, value);
        }
    }

    /// <summary>The address of the bytes of a value, converted to a type.</summary>
    public Value AddressOf(Operand operand, EbpfType type)
    {
        // Helpers accept no pointer to the context or to memory that the kernel lets programs load from directly.
        if (operand.Type == type && operand is MemoryOperand { Place: var there }
            && there.Region is not (MemoryRegion.Context or MemoryRegion.Kernel))
        {
            return _b.AddressOf(there);
        }

        var place = _memory.Temporary(type.Size);
        if (type is ScalarType { BitCount: > 0 }) _memory.Zero(place, type.Size);
        StoreWhole(type, place, operand is ScalarOperand && type is ScalarType scalar
            ? Convert(operand, Typer.Plain(scalar)!)
            : operand);
        return place.Pointer;
    }

    // A struct of other types or in another order of fields: each field is converted.
    private void StoreByName(Operand given, StructType from, StructType type, Place place)
    {
        var there = _memory.InMemory(given).Place;
        _memory.ZeroGaps(type, type.Fields, place);
        foreach (var field in type.Fields)
        {
            var part = from.FindField(field.Name)!;
            StoreWhole(field.Type, place.At(field.Offset), _memory.Load(part.Type, there.At(part.Offset)));
        }
    }
}
