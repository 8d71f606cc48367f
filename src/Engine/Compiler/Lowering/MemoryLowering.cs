namespace EbpfCat.Compiler;

/// <summary>Loads and stores operands, and moves them between registers and memory.</summary>
internal sealed class MemoryLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    /// <summary>A stack slot until the end of the statement.</summary>
    public Place Temporary(int size) => _b.PlaceOf(context.Temporaries.Take(size));

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

    public Operand Load(PlaceReference reference)
    {
        var loaded = Load(reference.Type, reference.Place);
        if (reference.BitCount == 0 || loaded is not ScalarOperand scalar) return loaded;
        var value = Bits(scalar.Value, reference.BitOffset, reference.BitCount);
        return scalar with { Value = _b.Make(Op.Shl, value, _b.Constant(reference.Scale)) };
    }

    private Value LoadScalar(ScalarType type, Place place)
    {
        var value = LoadWhole(type, place);
        if (type.BitCount > 0) value = Bits(value, type.BitOffset, type.BitCount);
        // Others may have stored any byte; all but zero are true.
        else if (type.IsBoolean) return _b.Truth(value);
        return type.IsSigned ? _b.Make(Op.SignExtend, type.Width, value) : value;
    }

    private Value LoadWhole(ScalarType type, Place place)
    {
        var value = place.Alignment >= type.Size
            ? _b.Load(place, type.Size)
            : Cut(LoadPieces(place, PieceLayout.Of(type.Size, place.Alignment)), 0, type.Size);
        return type.NeedsSwap ? _b.Make(Op.ByteSwap, type.Bits, value) : value;
    }

    private Value Bits(Value value, int offset, int count) =>
        _b.Make(Op.And, _b.Make(Op.Shr, value, _b.Constant(offset)), _b.Constant(Simplifier.Mask(count)));

    public List<Piece> LoadPieces(Place place, IEnumerable<(int Offset, int Size)> layout) =>
        [.. layout.Select(p =>
            new Piece(p.Offset, p.Size, _b.Load(place.At(p.Offset), p.Size)))];

    public void Store(ScalarType type, Place place, Value value)
    {
        if (type.BitCount > 0) value = Merged(type, LoadWhole(type, place), type.BitOffset, type.BitCount, value);
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        if (place.Alignment >= type.Size)
        {
            _b.Store(place, type.Size, value);
            return;
        }

        foreach (var (offset, size) in PieceLayout.Of(type.Size, place.Alignment))
            _b.Store(place.At(offset), size, Cut([new Piece(0, 8, value)], offset, size));
    }

    /// <summary>The number with some of its bits replaced.</summary>
    public Value Merged(ScalarType type, Value number, int offset, int count, Value bits)
    {
        var mask = Simplifier.Mask(count) << offset;
        return _b.Make(Op.Or, _b.Make(Op.And, number, _b.Constant(~mask & Simplifier.Mask(type.Bits))),
            _b.Make(Op.And, _b.Make(Op.Shl, bits, _b.Constant(offset)), _b.Constant(mask)));
    }

    /// <summary>Stores a value of the type of the place.</summary>
    public void Store(Place place, Operand value)
    {
        switch (value)
        {
            case ScalarOperand scalar:
                Store(scalar.Scalar, place, scalar.Value);
                return;
            case DeferredOperand deferred:
                deferred.WriteTo(place);
                return;
        }

        var sourceAlignment = value is MemoryOperand memory ? memory.Place.Alignment : 8;
        var layout = value is PiecesOperand given && place.Alignment == 8
            && given.Pieces.All(p => p.Offset % p.Size == 0)
            ? [.. given.Pieces.Select(p => (p.Offset, p.Size))]
            : PieceLayout.Of(value.Type.Size, Math.Min(place.Alignment, sourceAlignment));
        foreach (var piece in Pieces(value, layout)) _b.Store(place.At(piece.Offset), piece.Size, piece.Value);
    }

    /// <summary>
    /// Stores a value with zeros behind the end of a text, as in a key: keys are equal if all their bytes are.
    /// </summary>
    public void StoreWhole(Place place, Operand value)
    {
        if (value is MemoryOperand { Of: StringType, Place.Region: MemoryRegion.Context } text)
        {
            CopyText(place, value.Type.Size, text);
            return;
        }

        if (value is DeferredOperand { FillsPlace: false, Of: StringType }) Zero(place, value.Type.Size);
        Store(place, value);
    }

    /// <summary>Copies a text, with zeros behind its end.</summary>
    public void CopyText(Place place, int capacity, MemoryOperand text)
    {
        Zero(place, capacity);
        ProbeReadText(place, Math.Min(capacity, text.Type.Size), _b.AddressOf(text.Place), EventMemory.Kernel);
    }

    /// <summary>Stores zeros.</summary>
    public void Zero(Place place, int size)
    {
        foreach (var (offset, width) in PieceLayout.Of(size, place.Alignment))
            _b.Store(place.At(offset), width, _b.Constant(0));
    }

    /// <summary>Stores zeros to the padding and the other fields, so that equal keys have equal bytes.</summary>
    public void ZeroGaps(StructType type, IEnumerable<StructField> written, Place place)
    {
        var covered = new bool[type.Size];
        // The store of a bit field keeps the bits around it, which must be there.
        foreach (var field in written.Where(field => field.Type is not ScalarType { BitCount: > 0 }))
            covered.AsSpan(field.Offset, field.Type.Size).Fill(true);
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

    /// <summary>The bytes of a value in pieces of a layout.</summary>
    public IReadOnlyList<Piece> Pieces(Operand operand, IEnumerable<(int Offset, int Size)> layout)
    {
        var parts = layout.ToList();
        switch (operand)
        {
            case MemoryOperand memory:
                return LoadPieces(memory.Place, parts);
            case DeferredOperand:
                return LoadPieces(InMemory(operand).Place, parts);
            case PiecesOperand pieces:
                return pieces.Pieces.Select(p => (p.Offset, p.Size)).SequenceEqual(parts)
                    ? pieces.Pieces
                    : [.. parts.Select(w => new Piece(w.Offset, w.Size, Cut(pieces.Pieces, w.Offset, w.Size)))];
            default:
                var scalar = (ScalarOperand)operand;
                return [.. parts.Select(w =>
                    new Piece(w.Offset, w.Size, Cut([new Piece(0, 8, scalar.Value)], w.Offset, w.Size)))];
        }
    }

    /// <summary>Some bytes of a value in pieces, shifted out of one or combined from several.</summary>
    public Value Cut(IReadOnlyList<Piece> pieces, int offset, int size)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Big-endian processors are not supported.");

        Value? result = null;
        foreach (var piece in pieces)
        {
            var from = Math.Max(offset, piece.Offset);
            var to = Math.Min(offset + size, piece.Offset + piece.Size);
            if (from >= to) continue;
            var part = piece.Value;
            if (from > piece.Offset) part = _b.Make(Op.Shr, part, _b.Constant((from - piece.Offset) * 8));
            if (to - from < 8) part = _b.Make(Op.And, part, _b.Constant(Simplifier.Mask((to - from) * 8)));
            if (from > offset) part = _b.Make(Op.Shl, part, _b.Constant((from - offset) * 8));
            result = result is null ? part : _b.Make(Op.Or, result, part);
        }

        return result ?? _b.Constant(0);
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

    /// <summary>A value in memory, copied to the stack if it is in registers.</summary>
    public MemoryOperand InMemory(Operand operand)
    {
        if (operand is MemoryOperand memory) return memory;
        var place = Temporary(operand.Type.Size);
        StoreWhole(place, operand);
        return new MemoryOperand(operand.Type, place);
    }

    public MemoryOperand Copy(MemoryOperand operand)
    {
        var copy = Temporary(operand.Type.Size);
        Store(copy, operand);
        return new MemoryOperand(operand.Type, copy);
    }

    /// <summary>Copies bytes behind a pointer. The result is 0, or negative where they cannot be read.</summary>
    public Value ProbeRead(Place to, Value size, Value from, EventMemory memory) =>
        Probe(HelperId.ProbeReadUser, HelperId.ProbeReadKernel, to, size, from, memory);

    /// <summary>
    /// Copies a text with its NUL. The result is the number of bytes, or negative where they cannot be read.
    /// </summary>
    public Value ProbeReadText(Place to, int size, Value from, EventMemory memory) =>
        Probe(HelperId.ProbeReadUserStr, HelperId.ProbeReadKernelStr, to, _b.Constant(size), from, memory);

    private Value Probe(int ofUser, int ofKernel, Place to, Value size, Value from, EventMemory memory)
    {
        Value Call(int helper) => _b.Call(helper, _b.AddressOf(to), size, from);
        if (memory != EventMemory.Unknown || _b.Current is null)
            return Call(memory == EventMemory.User ? ofUser : ofKernel);
        var (kernel, user, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.Branch(Comparison.SignedLess, from, _b.Constant(0), kernel, user);
        var results = new List<(Block, Value)>();
        foreach (var (block, helper) in new[] { (kernel, ofKernel), (user, ofUser) })
        {
            if (!_b.StartIfReached(block)) continue;
            var result = Call(helper);
            results.Add((_b.Current!, result));
            _b.Jump(after);
        }

        _b.Start(after);
        return _b.Phi([.. results]);
    }

    /// <summary>The number type of enumerations, instants and durations; other types as they are.</summary>
    public static EbpfType NumberOf(EbpfType type) => type switch
    {
        EnumType named => named.Underlying,
        InstantType => ScalarType.UInt64,
        DurationType => ScalarType.Int64,
        _ => type,
    };
}
