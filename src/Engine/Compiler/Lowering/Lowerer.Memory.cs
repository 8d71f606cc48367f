using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    // How bytes are cut into what one access can move: the largest pieces that alignment allows.
    private static List<(int Offset, int Size)> PieceLayout(int bytes, int alignment)
    {
        var layout = new List<(int, int)>();
        for (var offset = 0; offset < bytes;)
        {
            var size = 8;
            while (size > bytes - offset || size > alignment && offset % size != 0 || size > 1 && alignment < size
                && alignment < 8)
            {
                size /= 2;
            }

            layout.Add((offset, size));
            offset += size;
        }

        return layout;
    }

    // The stack wants aligned accesses; slots begin on 8 bytes.
    private static int AlignmentOf(Place place)
    {
        if (place.Region is not (MemoryRegion.Stack or MemoryRegion.Context)) return 8;
        var offset = place.Offset & 7;
        return offset == 0 ? 8 : offset & -offset;
    }

    // What is more than a number only outside is a number here.
    private static EbpfType NumberOf(EbpfType type) => type switch
    {
        EnumType named => named.Underlying,
        InstantType => ScalarType.UInt64,
        DurationType => ScalarType.Int64,
        _ => type,
    };

    private Operand Load(EbpfType type, Place place)
    {
        type = NumberOf(type);
        if (type is ScalarType scalar)
        {
            return new ScalarOperand((ScalarType)Typer.Plain(scalar)!, LoadScalar(scalar, place));
        }

        if (type is AddressType)
        {
            return new PiecesOperand(type, LoadPieces(place, PieceLayout(type.Size, AlignmentOf(place))));
        }

        return new MemoryOperand(type, place);
    }

    private Value LoadScalar(ScalarType type, Place place)
    {
        var value = AlignmentOf(place) >= type.Size
            ? _b.Load(place.Region, place.Pointer, place.Offset, type.Size)
            : Cut(LoadPieces(place, PieceLayout(type.Size, AlignmentOf(place))), 0, type.Size);
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        // Whoever wrote it may have written any byte: everything but zero is true.
        if (type.IsBoolean) return Choose(Comparison.Equal, _b.Constant(0), value, _b.Constant(1));
        return type.IsSigned ? _b.Make(Op.SignExtend, type.Bits, value) : value;
    }

    private List<Piece> LoadPieces(Place place, IEnumerable<(int Offset, int Size)> layout) =>
        [.. layout.Select(p =>
            new Piece(p.Offset, p.Size, _b.Load(place.Region, place.Pointer, place.Offset + p.Offset, p.Size)))];

    private void Store(EbpfType type, Place place, Operand value)
    {
        type = NumberOf(type);
        if (type is ScalarType scalar)
        {
            var stored = Convert(value, Typer.Plain(scalar)!) is ScalarOperand number
                ? number.Value
                : throw new UnreachableException($"{value.Type.Name} as {type.Name}");
            if (scalar.NeedsSwap) stored = _b.Make(Op.ByteSwap, scalar.Bits, stored);
            if (AlignmentOf(place) >= scalar.Size)
            {
                _b.Store(place.Region, place.Pointer, place.Offset, scalar.Size, stored);
                return;
            }

            foreach (var (offset, size) in PieceLayout(scalar.Size, AlignmentOf(place)))
            {
                _b.Store(place.Region, place.Pointer, place.Offset + offset, size,
                    Cut([new Piece(0, 8, stored)], offset, size));
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
        var sourceAlignment = converted is MemoryOperand memory ? AlignmentOf(memory.Place) : 8;
        var layout = converted is PiecesOperand given && AlignmentOf(place) == 8
            && given.Pieces.All(p => p.Offset % p.Size == 0)
            ? [.. given.Pieces.Select(p => (p.Offset, p.Size))]
            : PieceLayout(type.Size, Math.Min(AlignmentOf(place), sourceAlignment));
        foreach (var piece in Pieces(converted, layout))
        {
            _b.Store(place.Region, place.Pointer, place.Offset + piece.Offset, piece.Size, piece.Value);
        }
    }

    /// <summary>The bytes of a value, cut as wanted.</summary>
    private IReadOnlyList<Piece> Pieces(Operand operand, IEnumerable<(int Offset, int Size)> layout)
    {
        var wanted = layout.ToList();
        switch (operand)
        {
            case MemoryOperand memory:
                return LoadPieces(memory.Place, wanted);
            case DeferredOperand:
                return LoadPieces(InMemory(operand).Place, wanted);
            case PiecesOperand pieces:
                return pieces.Pieces.Select(p => (p.Offset, p.Size)).SequenceEqual(wanted)
                    ? pieces.Pieces
                    : [.. wanted.Select(w => new Piece(w.Offset, w.Size, Cut(pieces.Pieces, w.Offset, w.Size)))];
            default:
                var scalar = (ScalarOperand)operand;
                return [.. wanted.Select(w =>
                    new Piece(w.Offset, w.Size, Cut([new Piece(0, 8, scalar.Value)], w.Offset, w.Size)))];
        }
    }

    // Some bytes out of pieces: shifted out of one, or put together from several.
    private Value Cut(IReadOnlyList<Piece> pieces, int offset, int size)
    {
        Value? result = null;
        foreach (var piece in pieces)
        {
            var from = Math.Max(offset, piece.Offset);
            var to = Math.Min(offset + size, piece.Offset + piece.Size);
            if (from >= to) continue;
            var part = piece.Value;
            if (BitConverter.IsLittleEndian)
            {
                if (from > piece.Offset) part = _b.Make(Op.Shr, part, _b.Constant((from - piece.Offset) * 8));
                if (to - from < 8) part = _b.Make(Op.And, part, _b.Constant(Simplifier.Mask((to - from) * 8)));
                if (from > offset) part = _b.Make(Op.Shl, part, _b.Constant((from - offset) * 8));
            }
            else
            {
                throw new PlatformNotSupportedException("Big-endian processors are not supported.");
            }

            result = result is null ? part : _b.Make(Op.Or, result, part);
        }

        return result ?? _b.Constant(0);
    }

    // ---- places that can be read and assigned

    /// <summary>A place an expression names.</summary>
    /// <param name="Type">What is there, with its byte order.</param>
    /// <param name="Place">Where.</param>
    /// <param name="Guarded">Whether the pointer may be null: then reading gives zero.</param>
    /// <param name="Shared">Whether other processors may change it at the same time.</param>
    private readonly record struct PlaceReference(EbpfType Type, Place Place, bool Guarded, bool Shared)
    {
        public int BitOffset { get; init; }
        public int BitCount { get; init; }
        public int Scale { get; init; }
    }

    private PlaceReference Locate(BoundExpression expression, bool insert = false)
    {
        switch (expression)
        {
            case BoundVariableAccess variable:
                return LocateVariable(variable.Location, insert);
            case BoundPacketAccess { Stored: var type } access:
                return new PlaceReference(type, PacketPlace(LowerScalar(access.Offset).Value, type.Size), false, false)
                {
                    BitOffset = access.BitOffset,
                    BitCount = access.BitCount,
                };
            case BoundHeaderField { Field: var part } field:
                return new PlaceReference(part.Type, HeaderPlace(field.Header).At(part.Offset), false, false)
                {
                    BitOffset = part.BitOffset,
                    BitCount = part.BitCount,
                    Scale = part.Scale,
                };
            case BoundMapEntry entry:
                return LocateEntry(entry.Map, entry.Key, insert);
            case BoundInnerEntry entry:
                return LocateInnerEntry(entry, insert);
            case BoundLocalAccess { Local: var local } when StorageOf(local, wholeWrite: false).Slot is { } slot:
                return new PlaceReference(local.Type, StackPlace(slot), false, false);
            case BoundFieldAccess { Field: var found } field:
                var target = Locate(field.Target, insert);
                return target with { Type = found.Type, Place = target.Place.At(found.Offset) };
            case BoundElementAccess index:
                return LocateElement(index, insert);
            default:
                var operand = LowerExpression(expression);
                return new PlaceReference(operand.Type, InMemory(operand).Place, false, false);
        }
    }

    // A null pointer, as that of an absent map entry: reading gives 0, and writing does nothing.
    private PlaceReference AbsentElement(PlaceReference target, ArrayType array)
    {
        var place = new Place(target.Place.Region, _b.Constant(0), 0);
        return target with { Type = array.Element, Place = place, Guarded = true };
    }

    private PlaceReference LocateElement(BoundElementAccess index, bool insert)
    {
        var target = Locate(index.Target, insert);
        var array = target.Type as ArrayType ?? new ArrayType(ScalarType.UInt8, ((BytesType)target.Type).Length);

        var number = LowerScalar(index.Index).Value;
        if (number.IsConstant)
        {
            // The value of a local may turn out to be one that is outside.
            if (number.Immediate < 0 || number.Immediate >= array.Count) return AbsentElement(target, array);
            var place = target.Place.At((int)number.Immediate * array.Element.Size);
            return target with { Type = array.Element, Place = place };
        }

        // The context is read at offsets that are known when the program is verified.
        if (target.Place.Region == MemoryRegion.Context)
        {
            target = target with { Place = Copy(new MemoryOperand(target.Type, target.Place)).Place };
        }
        // The verifier must see the bound, on the value itself that the address is made of. The index outside it makes
        // the pointer null, as an absent map entry is.
        if (ValueRange.VisibleMaximum(number) >= (ulong)array.Count) number = _b.Make(Op.Opaque, number);
        var (inside, outside, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        Branch(Comparison.UnsignedLess, number, _b.Constant(array.Count), inside, outside);
        if (inside.Predecessors.Count == 0) return AbsentElement(target, array);
        Start(inside);
        if (target.Guarded)
        {
            var present = _b.NewBlock();
            BranchIfNotZero(target.Place.Pointer, present, outside);
            Start(present);
        }

        var pointer = _b.Make(Op.Add, target.Place.Pointer, _b.Make(Op.Mul, number, _b.Constant(array.Element.Size)));
        if (target.Place.Offset != 0) pointer = _b.Make(Op.Add, pointer, _b.Constant(target.Place.Offset));
        var end = _b.Current!;
        Jump(after);
        var incoming = new List<(Block, Value)> { (end, pointer) };
        if (outside.Predecessors.Count > 0)
        {
            Start(outside);
            incoming.Add((outside, _b.Constant(0)));
            Jump(after);
        }

        Start(after);
        var element = _b.Phi([.. incoming]);
        return target with { Type = array.Element, Place = new Place(target.Place.Region, element, 0), Guarded = true };
    }

    private Operand ReadPlace(BoundExpression expression)
    {
        var reference = Locate(expression);
        if (!reference.Guarded) return Settled(LoadReference(reference));
        if (NumberOf(reference.Type) is ScalarType or AddressType) return ReadGuarded(reference);
        // A struct or text that may be absent: zeros, or a copy.
        var copy = StackPlace(Temporary(reference.Type.Size));
        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        foreach (var (offset, size) in PieceLayout(reference.Type.Size, 8))
        {
            _b.Store(copy.Region, copy.Pointer, offset, size, _b.Constant(0));
        }

        BranchIfNotZero(reference.Place.Pointer, present, after);
        Start(present);
        Store(reference.Type, copy, new MemoryOperand(reference.Type, reference.Place));
        Jump(after);
        Start(after);
        return new MemoryOperand(reference.Type, copy);
    }

    // A text or struct is used where it lies. Where a call may write there before that, but for the calls that it is
    // handed to, it is copied.
    private Operand Settled(Operand operand) =>
        _effects > _callDepth
        && operand is MemoryOperand { Place.Region: MemoryRegion.Packet or MemoryRegion.Map } there
        ? Copy(there)
        : operand;

    private MemoryOperand Copy(MemoryOperand operand)
    {
        var copy = StackPlace(Temporary(operand.Type.Size));
        Store(operand.Type, copy, operand);
        return new MemoryOperand(operand.Type, copy);
    }

    private Operand ReadGuarded(PlaceReference reference)
    {
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(reference.Place.Pointer, present, absent);
        Start(absent);
        Jump(after);
        Start(present);
        var loaded = LoadReference(reference);
        var end = _b.Current!;
        Jump(after);
        Start(after);
        var zero = _b.Constant(0);
        if (loaded is ScalarOperand scalar)
        {
            return scalar with { Value = _b.Phi((absent, zero), (end, scalar.Value)) };
        }

        return new PiecesOperand(loaded.Type,
            [.. ((PiecesOperand)loaded).Pieces.Select(p => p with { Value = _b.Phi((absent, zero), (end, p.Value)) })]);
    }

    private Operand LoadReference(PlaceReference reference)
    {
        var loaded = Load(reference.Type, reference.Place);
        if (reference.BitCount == 0 || loaded is not ScalarOperand scalar) return loaded;
        var value = _b.Make(Op.And, _b.Make(Op.Shr, scalar.Value, _b.Constant(reference.BitOffset)),
            _b.Constant(Simplifier.Mask(reference.BitCount)));
        return scalar with { Value = _b.Make(Op.Shl, value, _b.Constant(reference.Scale)) };
    }

    private void StoreReference(PlaceReference reference, Operand value)
    {
        if (reference.BitCount == 0)
        {
            Store(reference.Type, reference.Place, value);
            return;
        }
        // A bit field: the other bits stay.
        var type = (ScalarType)reference.Type;
        var number = (ScalarOperand)Convert(value, ScalarType.UInt64);
        var mask = Simplifier.Mask(reference.BitCount) << reference.BitOffset;
        var old = ((ScalarOperand)Load(type, reference.Place)).Value;
        var field = _b.Make(Op.And,
            _b.Make(Op.Shl, _b.Make(Op.Shr, number.Value, _b.Constant(reference.Scale)),
                _b.Constant(reference.BitOffset)), _b.Constant(mask));
        var merged = _b.Make(Op.Or, _b.Make(Op.And, old, _b.Constant(~mask & Simplifier.Mask(type.Bits))), field);
        Store(type, reference.Place, new ScalarOperand(ScalarType.UInt64, merged));
    }
}
