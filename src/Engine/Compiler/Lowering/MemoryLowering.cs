using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Loads and stores operands, and moves them between registers and memory.</summary>
internal sealed class MemoryLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public void ProbeReadText(Place to, int size, Value from, EventMemory memory) =>
        _b.Call(memory == EventMemory.User ? HelperId.ProbeReadUserStr : HelperId.ProbeReadKernelStr, _b.AddressOf(to),
            _b.Constant(size), from);

    public void ProbeRead(Place to, Value size, Value from, EventMemory memory) =>
        _b.Call(memory == EventMemory.User ? HelperId.ProbeReadUser : HelperId.ProbeReadKernel, _b.AddressOf(to), size,
            from);

    public void Zero(Place place, int size)
    {
        foreach (var (offset, width) in PieceLayout.Of(size, place.Alignment))
        {
            _b.Store(place.At(offset), width, _b.Constant(0));
        }
    }

    public PiecesOperand BytesOf(EbpfType type, byte[] bytes) => new(type,
        [.. PieceLayout.Of(bytes.Length, 8)
            .Select(p => new Piece(p.Offset, p.Size, _b.Constant(ReadNative(bytes.AsSpan(p.Offset, p.Size)))))]);

    private static long ReadNative(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BitConverter.ToUInt16(bytes),
        4 => BitConverter.ToUInt32(bytes),
        _ => BitConverter.ToInt64(bytes),
    };

    /// <summary>A stack slot until the end of the statement.</summary>
    public Place Temporary(int size) => _b.PlaceOf(context.Temporaries.Take(size));

    /// <summary>A value in memory, copied to the stack if it is in registers.</summary>
    public MemoryOperand InMemory(Operand operand)
    {
        if (operand is MemoryOperand memory) return memory;
        var place = Temporary(operand.Type.Size);
        context.Conversions.StoreWhole(operand.Type, place, operand);
        return new MemoryOperand(operand.Type, place);
    }

    // What is more than a number only outside is a number here.
    public static EbpfType NumberOf(EbpfType type) => type switch
    {
        EnumType named => named.Underlying,
        InstantType => ScalarType.UInt64,
        DurationType => ScalarType.Int64,
        _ => type,
    };

    public Operand Load(EbpfType type, Place place)
    {
        type = NumberOf(type);
        if (type is ScalarType scalar)
        {
            return new ScalarOperand((ScalarType)Typer.Plain(scalar)!, LoadScalar(scalar, place));
        }

        if (type is AddressType)
        {
            return new PiecesOperand(type, LoadPieces(place, PieceLayout.Of(type.Size, place.Alignment)));
        }

        return new MemoryOperand(type, place);
    }

    private Value LoadScalar(ScalarType type, Place place)
    {
        var value = place.Alignment >= type.Size
            ? _b.Load(place, type.Size)
            : Cut(LoadPieces(place, PieceLayout.Of(type.Size, place.Alignment)), 0, type.Size);
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        // Whoever wrote it may have written any byte: everything but zero is true.
        if (type.IsBoolean) return _b.Select(Comparison.Equal, _b.Constant(0), value, _b.Constant(1));
        return type.IsSigned ? _b.Make(Op.SignExtend, type.Bits, value) : value;
    }

    public List<Piece> LoadPieces(Place place, IEnumerable<(int Offset, int Size)> layout) =>
        [.. layout.Select(p =>
            new Piece(p.Offset, p.Size, _b.Load(place.At(p.Offset), p.Size)))];

    /// <summary>The bytes of a value, cut as wanted.</summary>
    public IReadOnlyList<Piece> Pieces(Operand operand, IEnumerable<(int Offset, int Size)> layout)
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
    public Value Cut(IReadOnlyList<Piece> pieces, int offset, int size)
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

    public MemoryOperand Copy(MemoryOperand operand)
    {
        var copy = Temporary(operand.Type.Size);
        context.Conversions.Store(operand.Type, copy, operand);
        return new MemoryOperand(operand.Type, copy);
    }

    // Padding and fields not named are zero: a key must be the same bytes whenever it is the same key.
    public void ZeroGaps(StructType type, IEnumerable<StructField> written, Place place)
    {
        var covered = new bool[type.Size];
        foreach (var field in written) covered.AsSpan(field.Offset, field.Type.Size).Fill(true);
        var at = 0;
        while (at < covered.Length)
        {
            if (covered[at])
            {
                at++;
                continue;
            }

            var size = 1;
            while (size < 8 && at % (size * 2) == 0 && at + size * 2 <= covered.Length
                && !covered.AsSpan(at, size * 2).Contains(true))
            {
                size *= 2;
            }

            _b.Store(place.At(at), size, _b.Constant(0));
            at += size;
        }
    }
}
