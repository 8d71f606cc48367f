namespace EbpfCat.Compiler;

/// <summary>
/// Lowers messages for the trace log. Values are written as user space shows them. The helpers of kernels before 5.13
/// have no format for that: there, addresses are written in hexadecimal and fixed-point numbers without their fraction.
/// </summary>
internal sealed class DebugLowering(LoweringContext context)
{
    // Of bpf_trace_printk; bpf_trace_vprintk takes more (Linux 5.16).
    private const int MaxArguments = 3;

    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;

    private bool HasFormats => context.Options.HasTraceFormats;

    public void Lower(BoundDebug debug) => Write(
        [.. debug.Parts.Select(part => part.Text ?? (object)context.Expressions.Lower(part.Value!))]);

    // The parts are texts and operands.
    private void Write(object[] parts)
    {
        var any = Array.FindIndex(parts, part => part is Operand { Type: AddressType { Kind: AddressKind.IPAddress } });
        if (any >= 0 && _b.Current is not null)
        {
            WriteEither(parts, any);
            return;
        }

        var needed = parts.OfType<Operand>().Sum(part => part.Type is ScalarType { IsFixed: true } ? 3 : 1);
        var hasFractions = HasFormats && (needed <= MaxArguments || context.Options.HasTraceArray);
        var format = new StringBuilder();
        var arguments = new List<Value>();
        foreach (var part in parts)
        {
            if (part is string text) format.Append(text.Replace("%", "%%", StringComparison.Ordinal));
            else Add((Operand)part, hasFractions, format, arguments);
        }

        Call(format.Append('\n').ToString(), arguments);
    }

    // An address of either family is written in the form of its own.
    private void WriteEither(object[] parts, int index)
    {
        var words = _memory.Pieces((Operand)parts[index], PieceLayout.Of(16, 4));
        var (four, six, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(_conversions.IsNotMapped(words), six, four);
        foreach (var (block, operand) in new (Block, Operand)[]
        {
            (four, new PiecesOperand(AddressType.IPv4, [words[3] with { Offset = 0 }])),
            (six, new PiecesOperand(AddressType.IPv6, words)),
        })
        {
            if (!_b.StartIfReached(block)) continue;
            object[] copy = [.. parts];
            copy[index] = operand;
            Write(copy);
            _b.Jump(after);
        }

        _b.Start(after);
    }

    private void Add(Operand value, bool hasFractions, StringBuilder format, List<Value> arguments)
    {
        switch (value)
        {
            case ScalarOperand { Scalar.IsFixed: true } number:
                AddFixed(number.Value, hasFractions, format, arguments);
                break;
            case ScalarOperand { Scalar.IsBoolean: true } truth when HasFormats:
                format.Append("%s");
                arguments.Add(TextOf(_b.Select(Comparison.NotEqual, truth.Value, _b.Constant(0), Packed("True"),
                    Packed("False"))));
                break;
            case ScalarOperand number:
                format.Append(number.Scalar.IsSigned ? "%lld" : "%llu");
                arguments.Add(number.Value);
                break;
            case { Type: AddressType { Kind: var kind } type }:
                AddAddress(value, type, kind, format, arguments);
                break;
            default:
                format.Append("%s");
                arguments.Add(_b.AddressOf(_memory.InMemory(value).Place));
                break;
        }
    }

    private void AddAddress(
        Operand value, AddressType type, AddressKind kind, StringBuilder format, List<Value> arguments)
    {
        var pieces = _memory.Pieces(value, PieceLayout.Of(type.Size, kind == AddressKind.Mac ? 2 : 4));
        if (kind == AddressKind.Mac || !HasFormats)
        {
            // The first bytes of an IPv6 address, where the kernel has no format for the whole.
            var number = _b.Constant(0);
            foreach (var piece in pieces.Where(piece => piece.Offset < 8))
            {
                var bits = piece.Size * 8;
                number = _b.Make(
                    Op.Or, _b.Make(Op.Shl, number, _b.Constant(bits)), _b.Make(Op.ByteSwap, bits, piece.Value));
            }

            format.Append(HasFormats ? "%012llX" : "%llx");
            arguments.Add(number);
            return;
        }

        var place = _memory.Temporary(type.Size);
        _conversions.Store(type, place, new PiecesOperand(type, [.. pieces]));
        format.Append(kind == AddressKind.IPv4 ? "%pI4" : "%pI6");
        arguments.Add(_b.AddressOf(place));
    }

    private void AddFixed(Value number, bool hasFraction, StringBuilder format, List<Value> arguments)
    {
        var scale = _b.Constant(ScalarType.FixedScale);
        if (!hasFraction)
        {
            format.Append("%lld");
            arguments.Add(_b.Make(Op.SDiv, number, scale));
            return;
        }

        var sign = _b.Make(Op.Shr, number, _b.Constant(63));
        var size = _b.Select(Comparison.SignedGreaterOrEqual, number, _b.Constant(0), number,
            _b.Make(Op.Negate, number));
        var whole = _b.Make(Op.UDiv, size, scale);
        format.Append("%s%llu%s");
        arguments.Add(TextOf(_b.Make(Op.Mul, sign, Packed("-"))));
        arguments.Add(whole);
        arguments.Add(TextOf(Fraction(_b.Make(Op.UMod, size, scale))));
    }

    // The point and the digits behind it, without zeros at the end: none for a whole number.
    private Value Fraction(Value fraction)
    {
        var (text, mask) = (Packed("."), _b.Constant(-1));
        var divisor = ScalarType.FixedScale;
        for (var digit = 1; (divisor /= 10) > 0; digit++)
        {
            var value = _b.Make(Op.UMod, _b.Make(Op.UDiv, fraction, _b.Constant(divisor)), _b.Constant(10));
            var letter = _b.Make(Op.Shl, _b.Make(Op.Add, value, _b.Constant('0')), _b.Constant(8 * digit));
            text = _b.Make(Op.Or, text, letter);
        }

        var kept = 5;
        for (divisor = 10; divisor <= ScalarType.FixedScale; divisor *= 10, kept--)
        {
            var bytes = _b.Constant(kept == 1 ? 0 : (1L << (8 * kept)) - 1);
            var digits = _b.Make(Op.UMod, fraction, _b.Constant(divisor));
            mask = _b.Select(Comparison.NotEqual, digits, _b.Constant(0), mask, bytes);
        }

        return _b.Make(Op.And, text, mask);
    }

    // A text of at most 7 characters as a number: the first is in the lowest byte.
    private Value Packed(string text) =>
        _b.Constant(text.Select((letter, index) => (long)letter << (8 * index)).Sum());

    private Value TextOf(Value packed)
    {
        var place = _memory.Temporary(8);
        _b.Store(place, 8, packed);
        return _b.AddressOf(place);
    }

    private void Call(string format, List<Value> arguments)
    {
        if (_b.Current is null) return;
        var bytes = Encoding.UTF8.GetBytes(format + "\0");
        var type = new BytesType(bytes.Length);
        var place = _memory.Temporary(bytes.Length);
        _conversions.Store(type, place, _memory.BytesOf(type, bytes));
        if (arguments.Count <= MaxArguments)
        {
            _b.Call(HelperId.TracePrintk, [place.Pointer, _b.Constant(bytes.Length), .. arguments]);
            return;
        }

        var array = _memory.Temporary(arguments.Count * 8);
        for (var index = 0; index < arguments.Count; index++) _b.Store(array.At(index * 8), 8, arguments[index]);
        _b.Call(
            HelperId.TraceVprintk, place.Pointer, _b.Constant(bytes.Length), array.Pointer,
            _b.Constant(arguments.Count * 8));
    }
}
