namespace EbpfCat.Compiler;

/// <summary>Converts operands between types, as assignments and casts do.</summary>
internal sealed class ConversionLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;

    public ScalarOperand Convert(ScalarOperand operand, ScalarType type) =>
        (ScalarOperand)Convert((Operand)operand, type);

    /// <summary>What an assignment to a type makes of a value.</summary>
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
                return new PiecesOperand(type, [new Piece(0, 4, _b.Make(Op.ByteSwap, 32, number.Value))]);
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
            : _b.Select(Comparison.Equal, _b.Constant(0), value, _b.Constant(1));
        }

        if (operand.Scalar.IsFixed) value = context.Arithmetic.SignedDivide(value, _b.Constant(ScalarType.FixedScale));
        if (target.Bits == 64) return value;
        return target.IsSigned
            ? _b.Make(Op.SignExtend, target.Bits, value)
            : _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(target.Bits)));
    }

    private Operand PrefixOf(Operand operand, PrefixType prefix)
    {
        // A lookup asks with the whole address: the longest prefix that covers it is found.
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
        var isOther = _b.Select(Comparison.Equal, _b.Constant(0), IsNotMapped(words), _b.Constant(1));
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

    // As a key a text is all its bytes: behind its end must not stay what was there before, in this place or where it
    // comes from.
    public void StoreWhole(EbpfType type, Place place, Operand value)
    {
        var given = value is MemoryOperand { Of: StringType, Place: { Region: MemoryRegion.Context } there }
            ? there
            : (Place?)null;
        if (type is not StringType || given is null
            && value is not DeferredOperand { FillsPlace: false, Type: StringType })
        {
            Store(type, place, value);
            return;
        }

        _memory.Zero(place, type.Size);
        if (given is { } text)
        {
            var size = Math.Min(type.Size, value.Type.Size);
            _memory.ProbeReadText(place, size, _b.AddressOf(text), EventMemory.Kernel);
        }
        else
        {
            Store(type, place, value);
        }
    }

    public void Store(EbpfType type, Place place, Operand value)
    {
        type = MemoryLowering.NumberOf(type);
        if (type is ScalarType scalar)
        {
            var stored = Convert(value, Typer.Plain(scalar)!) is ScalarOperand number
                ? number.Value
                : throw new UnreachableException($"{value.Type.Name} as {type.Name}");
            if (scalar.NeedsSwap) stored = _b.Make(Op.ByteSwap, scalar.Bits, stored);
            if (place.Alignment >= scalar.Size)
            {
                _b.Store(place, scalar.Size, stored);
                return;
            }

            foreach (var (offset, size) in PieceLayout.Of(scalar.Size, place.Alignment))
            {
                _b.Store(place.At(offset), size,
                    _memory.Cut([new Piece(0, 8, stored)], offset, size));
            }

            return;
        }

        if (value is DeferredOperand deferred && deferred.Type == type)
        {
            deferred.WriteTo(place);
            return;
        }

        if (value.Type is StructType from && type is StructType record && from != record)
        {
            StoreByName(value, from, record, place);
            return;
        }

        var converted = Convert(value, type);
        var sourceAlignment = converted is MemoryOperand memory ? memory.Place.Alignment : 8;
        var layout = converted is PiecesOperand given && place.Alignment == 8
            && given.Pieces.All(p => p.Offset % p.Size == 0)
            ? [.. given.Pieces.Select(p => (p.Offset, p.Size))]
            : PieceLayout.Of(type.Size, Math.Min(place.Alignment, sourceAlignment));
        foreach (var piece in _memory.Pieces(converted, layout))
        {
            _b.Store(place.At(piece.Offset), piece.Size, piece.Value);
        }
    }

    // A struct of other types or another order of the same fields: each is converted as an assignment converts it.
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
