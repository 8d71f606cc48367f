namespace EbpfCat.Compiler;

/// <summary>
/// Reads the name of a DNS question as a text: labels, each with its length before it (RFC 1035), become words with
/// dots between. ASCII letters become lower-case ones, so that equal names are equal keys (RFC 4343).
/// </summary>
internal sealed class NameLowering(LoweringContext context)
{
    private const int MaxLabel = 63;

    private readonly IrBuilder _b = context.Builder;
    private readonly PacketLowering _packet = context.Packet;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly HeaderLowering _headers = context.Headers;
    private readonly HeaderPaths _paths = new(context);

    /// <summary>
    /// The name; empty where there is none, where it is not whole, and where it has compressed labels.
    /// </summary>
    /// <param name="dns">The header before the question.</param>
    /// <param name="capacity">The capacity of the text in bytes. A longer name is cut.</param>
    public MemoryOperand Read(PacketHeader dns, int capacity)
    {
        var (text, none, end) = (_memory.Temporary(capacity), _b.NewBlock(), _b.NewBlock());
        if (_headers.Require(dns, none) is { } header
            && _b.Guard(Comparison.NotEqual, _paths.Load(header.Place, dns.GetField("QuestionCount")), _b.Constant(0),
                none))
        {
            var question = header.Offset.Plus(dns.Size);
            var first = LoadByte(question, none);
            if (_b.Guard(Comparison.UnsignedLessOrEqual, _b.Make(Op.Add, first, _b.Constant(-1)),
                _b.Constant(MaxLabel - 1), none))
            {
                _memory.Zero(text, capacity);
                Copy(question.Plus(1), first, text, capacity - 1, none, end);
            }
        }

        if (_b.StartIfReached(none))
        {
            _memory.Zero(text, capacity);
            _b.Jump(end);
        }

        _b.StartIfReached(end);
        return new MemoryOperand(new StringType(capacity), text);
    }

    private void Copy(PacketOffset letters, Value first, Place text, int maxLength, Block malformed, Block end)
    {
        var (at, rest) = (new SsaVariable("position in the name"), new SsaVariable("bytes left in the label"));
        var head = _b.NewBlock();
        var start = _packet.BaseOf(letters);
        _b.Write(at, _b.Constant(0));
        _b.Write(rest, first);
        _b.Jump(head);
        _b.LoopDepth++;
        _b.Start(head, seal: false);
        var index = _b.Read(at);
        if (_b.Guard(Comparison.UnsignedLess, index, _b.Constant(maxLength), end))
        {
            var letter = LoadByte(letters with { Variable = _b.Make(Op.Add, start, index) }, malformed);
            var left = _b.Read(rest);
            var (inLabel, behindLabel, store) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            _b.BranchIfNotZero(left, inLabel, behindLabel);
            _b.Start(inLabel);
            // A text would end at a NUL.
            _b.Guard(Comparison.NotEqual, letter, _b.Constant(0), malformed);
            var lower = Lower(letter);
            var (inside, less) = (_b.Current!, _b.Make(Op.Add, left, _b.Constant(-1)));
            _b.Jump(store);
            _b.Start(behindLabel);
            _b.Guard(Comparison.NotEqual, letter, _b.Constant(0), end);
            _b.Guard(Comparison.UnsignedLessOrEqual, letter, _b.Constant(MaxLabel), malformed);
            var behind = _b.Current!;
            _b.Jump(store);
            _b.Start(store);
            var character = _b.Phi((inside, lower), (behind, _b.Constant('.')));
            var place = new Place(text.Region, _b.Make(Op.Add, _b.AddressOf(text), index), 0);
            _b.Store(place, 1, character);
            _b.Write(rest, _b.Phi((inside, less), (behind, letter)));
            _b.Write(at, _b.Make(Op.Add, index, _b.Constant(1)));
            _b.Jump(head);
        }

        _b.LoopDepth--;
        _b.Seal(head);
    }

    private Value LoadByte(PacketOffset offset, Block whenShort) =>
        _b.Load(_packet.CheckBounds(offset, 1, whenShort), 1);

    private Value Lower(Value letter)
    {
        var distance = _b.Make(Op.Add, letter, _b.Constant(-'A'));
        return _b.Select(Comparison.UnsignedLessOrEqual, distance, _b.Constant(25),
            _b.Make(Op.Or, letter, _b.Constant(0x20)), letter);
    }
}
