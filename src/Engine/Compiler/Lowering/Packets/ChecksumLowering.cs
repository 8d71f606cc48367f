namespace EbpfCat.Compiler;

/// <summary>
/// Corrects checksums after writes to the fields that they cover, by the difference of the written words (RFC 1624).
/// The words stay in the byte order of the packet, on which the sum does not depend (RFC 1071).
/// </summary>
/// <remarks>
/// In XDP the bytes of the packet are all there is. In tc the checksum of TCP and UDP is corrected by the kernel's
/// helper, since only the kernel knows who computes it: where it is left to the network card, the field holds the sum
/// of the pseudo-header (CHECKSUM_PARTIAL); where the card has summed up the packet (CHECKSUM_COMPLETE), that sum
/// changes too. The other checksums are never left to the card, and a write with its correction keeps the card's sum.
/// </remarks>
internal sealed class ChecksumLowering(LoweringContext context)
{
    // A multiple of 0xffff, so zero in a checksum, that is larger than a difference of 16 bits.
    private const int Zero = 0x7fff * 0xffff;

    private const long Reciprocal = 0x0001_0001_0001_0001;

    // How many times 0xffff is added: the sum is larger than each difference, and less than 2^48.
    private const int Multiple = 1 << 30;

    private readonly IrBuilder _b = context.Builder;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderLowering _headers = context.Headers;

    // The differences that are not corrected yet, by the header of the checksum: in the header, in the pseudo-header.
    private readonly Dictionary<PacketHeader, Value> _inHeader = [];
    private readonly Dictionary<PacketHeader, Value> _inPseudoHeader = [];

    // The difference in a header without a checksum (IPv6), which changes the card's sum.
    private Value? _unbalanced;
    private bool _isWide;

    /// <summary>Writes to a field of a header that is present.</summary>
    public void Write(BoundHeaderField target, PlaceReference place, Action write)
    {
        var (header, field) = (target.Header, target.Field);
        bool IsFollowed(PacketHeader other) => !context.Program.OwnChecksums.Contains(other);
        var covering = PacketHeaders.CoveredBy(header, field);
        var isCovered = covering is not null && IsFollowed(covering);
        var withPseudoHeader = PacketHeaders.WithPseudoHeader(header, field).Where(IsFollowed).ToList();
        var before = isCovered || withPseudoHeader.Count > 0 ? Sum(place) : null;
        write();
        if (before is null) return;
        var difference = _b.Make(Op.Sub, Sum(place), before);
        // The byte is the upper one of its word.
        if (field.Offset % 2 != 0) difference = _b.Make(Op.Shl, difference, _b.Constant(8));
        _isWide |= field.Type.Size > 2;
        if (isCovered) Add(_inHeader, covering!, difference);
        foreach (var other in withPseudoHeader) Add(_inPseudoHeader, other, difference);
        if (covering is null && header.Checksum is null) _unbalanced = Plus(_unbalanced, difference);
    }

    /// <summary>
    /// Whether checksums can be corrected with the next statement: a write to a header that is known to be present,
    /// of a value that reads neither a checksum nor raw bytes and cannot end the program.
    /// </summary>
    public bool CanWait(BoundHeaderField written, BoundStatement? next) =>
        next is BoundAssignment { Target: BoundHeaderField target, Value: var value }
        && _b.Facts.Headers.ContainsKey(target.Header) && !_headers.Decides(written)
        && IsIndependent(value);

    /// <summary>Corrects the checksums of the written fields.</summary>
    public void Correct()
    {
        if (_b.Current is not null && _inHeader.Count + _inPseudoHeader.Count > 0) CorrectAll();
        _inHeader.Clear();
        _inPseudoHeader.Clear();
        (_unbalanced, _isWide) = (null, false);
    }

    private void CorrectAll()
    {
        // The kernel's helper comes last, as it ends all facts about the packet.
        var present = _inHeader.Keys.Union(_inPseudoHeader.Keys).Where(_b.Facts.Headers.ContainsKey)
            .Select(header => (Header: header, Fact: _b.Facts.Headers[header])).OrderBy(p => IsByKernel(p.Header))
            .ToList();
        foreach (var (header, fact) in present) Correct(header, fact);
        if (_inPseudoHeader.Count == 0 || present.Exists(p => _inPseudoHeader.ContainsKey(p.Header))) return;
        var after = _b.NewBlock();
        foreach (var header in _inPseudoHeader.Keys.Where(h => !_b.Facts.Headers.Keys.Any(h.Excludes)))
        {
            var next = _b.NewBlock();
            if (_headers.Require(header, next) is { } fact)
            {
                Correct(header, fact);
                _b.Jump(after);
            }

            if (!_b.StartIfReached(next)) break;
        }

        UpdateCardSum();
        _b.Jump(after);
        _b.Start(after);
    }

    private bool IsByKernel(PacketHeader header) =>
        context.Info.Packet == PacketAccess.DirectLinear && header.Checksum!.IsOffloaded;

    private void Correct(PacketHeader header, HeaderFact fact)
    {
        var offset = header.GetField(HeaderChecksum.FieldName).Offset;
        var (own, pseudo) = (_inHeader.GetValueOrDefault(header), _inPseudoHeader.GetValueOrDefault(header));
        if (IsByKernel(header))
        {
            const int isPseudoHeader = 0x10; // BPF_F_PSEUDO_HDR
            const int isOptional = 0x20; // BPF_F_MARK_MANGLED_0
            var at = _packet.OffsetOf(fact.Offset with { Constant = fact.Offset.Constant + offset });
            var flags = header.Checksum!.IsOptional ? isOptional : 0;
            if (pseudo is not null) CorrectByKernel(at, pseudo, flags | isPseudoHeader);
            if (own is not null) CorrectByKernel(at, own, flags);
            if (pseudo is not null) UpdateCardSum();
            _packet.Reload();
            return;
        }

        var place = fact.Place.At(offset);
        var (sum, difference) = (_b.Load(place, 2), Plus(own, pseudo)!);
        if (header.Checksum!.IsOptional)
        {
            // The same as below without the complements: the folded number is not zero.
            _b.IfNotZero(sum, () => _b.Store(place, 2, Fold(_b.Make(Op.Sub, sum, difference), isComplement: false)));
        }
        else
        {
            _b.Store(place, 2, Fold(_b.Make(Op.Sub, difference, sum), isComplement: true));
        }
    }

    private void CorrectByKernel(Value offset, Value difference, int flags) =>
        _b.Call(HelperId.L4CsumReplace, context.ContextPointer, offset, _b.Constant(0),
            Positive(Narrow(difference)), _b.Constant(flags));

    // The helper for checksums takes the pseudo-header for one of IPv4, whose own checksum makes up for the addresses.
    private void UpdateCardSum()
    {
        if (_unbalanced is null || context.Info.Packet != PacketAccess.DirectLinear) return;
        _b.Call(HelperId.CsumUpdate, context.ContextPointer, Positive(Narrow(_unbalanced)));
    }

    private Value Positive(Value value) => _b.Make(Op.Add, value, _b.Constant(Zero));

    // Adds the upper words to the lower one, so that less than 32 bits are left.
    private Value Narrow(Value difference) => !_isWide ? difference : _b.Make(Op.Add,
        _b.Make(Op.And, difference, _b.Constant(0xffff)), _b.Make(Op.Sar, difference, _b.Constant(16)));

    // The sum of the words of a number, in 16 bits, or the complement of it; a negative number is made positive by a
    // multiple of 0xffff. Reciprocal is 2^64 / 0xffff: the product is the remainder of that division, as a fraction of
    // 2^64. Its upper 16 bits are the sum, 0xffff for zero; those of the negated product are the complement.
    private Value Fold(Value value, bool isComplement)
    {
        var (factor, multiple) = isComplement ? (-Reciprocal, Multiple) : (Reciprocal, -Multiple);
        var product = _b.Make(Op.Add, _b.Make(Op.Mul, value, _b.Constant(factor)), _b.Constant(multiple));
        return _b.Make(Op.Shr, product, _b.Constant(48));
    }

    private Value Sum(PlaceReference place)
    {
        var size = Math.Min(place.Type.Size, 4);
        var sum = _b.Load(place.Place, size);
        for (var at = size; at < place.Type.Size; at += size)
            sum = _b.Make(Op.Add, sum, _b.Load(place.Place.At(at), size));
        return sum;
    }

    private void Add(Dictionary<PacketHeader, Value> differences, PacketHeader header, Value difference) =>
        differences[header] = Plus(differences.GetValueOrDefault(header), difference)!;

    private Value? Plus(Value? left, Value? right) =>
        left is null ? right : right is null ? left : _b.Make(Op.Add, left, right);

    private static bool IsIndependent(BoundExpression value) => value switch
    {
        BoundConstant or BoundLocalAccess or BoundVariableAccess or BoundHeaderTest or BoundPacketLength => true,
        BoundHeaderField field => field.Field.Name != HeaderChecksum.FieldName,
        BoundFieldAccess field => IsIndependent(field.Target),
        BoundMapEntry entry => IsIndependent(entry.Key),
        BoundUnary unary => IsIndependent(unary.Operand),
        BoundConversion conversion => IsIndependent(conversion.Operand),
        BoundBinary binary => IsIndependent(binary.Left) && IsIndependent(binary.Right),
        BoundConditional choice => IsIndependent(choice.Condition) && IsIndependent(choice.WhenTrue)
            && IsIndependent(choice.WhenFalse),
        _ => false,
    };
}
