using System.Collections.Immutable;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    // What the verifier takes for an offset into a packet (MAX_PACKET_OFF in kernel/bpf/verifier.c).
    private const int LargestOffset = 0xffff;

    private readonly SsaVariable _data = new("data");
    private readonly SsaVariable _dataEnd = new("data end");
    private readonly Dictionary<PacketHeader, StackSlot> _headerCopies = [];
    private Block _defaultExit = null!;
    private int _packetVersion;

    private void StartPacket()
    {
        if (_info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        LoadPacketPointers();
        if (_info.Packet == PacketAccess.DirectLinear) PullLinear();
    }

    private void LoadPacketPointers()
    {
        foreach (var (variable, offset) in new[] { (_data, _info.DataOffset), (_dataEnd, _info.DataEndOffset) })
        {
            var pointer = _b.Load(MemoryRegion.Context, _context, offset, 4);
            // A later load of the same place gives another pointer once the packet has been changed.
            pointer.Extra = _packetVersion;
            _b.Write(variable, pointer);
        }
    }

    // The bytes of a socket buffer may lie in several places: what the program can ask for is brought together first.
    private void PullLinear()
    {
        var need = PacketNeeds.Of(_program);
        if (need == 0) return;
        var (pull, ready) = (_b.NewBlock(), _b.NewBlock());
        Branch(Comparison.PacketHas, _b.Read(_data), _b.Constant(Math.Min(need, LargestOffset)), ready, pull);
        Start(pull);
        var length = PacketLength();
        var wanted = need > LargestOffset ? length : Choose(Comparison.UnsignedLessOrEqual, length, _b.Constant(need));
        _b.Call(HelperFacts.SkbPullData, _context, wanted);
        _packetVersion++;
        LoadPacketPointers();
        Jump(ready);
        Start(ready);
    }

    private Value PacketLength()
    {
        switch (_info.Packet)
        {
            case PacketAccess.Direct:
                return _b.Make(Op.Sub, _b.Read(_dataEnd), _b.Read(_data));
            case PacketAccess.DirectLinear or PacketAccess.Copy:
                return _b.Load(MemoryRegion.Context, _context, 0, 4); // __sk_buff.len
            default:
                throw NoPacket(null);
        }
    }

    private CompileException NoPacket(SourceSpan? source) => Error("NoPacket",
        $"A program of type {_program.Type} has no packet.", source, "XDP, Tc and SocketFilter programs have.");

    private void RequireMinimumSize(int size)
    {
        if (_info.Packet == PacketAccess.None) throw NoPacket(null);
        RequireBytes(null, 0, size, _defaultExit);
    }

    /// <summary>
    /// Goes on only if the packet has bytes at an offset; gives the place of the first. Where they are copied out they
    /// stay until the statement ends, unless a slot is given for them.
    /// </summary>
    private Place RequireBytes(Value? variable, int offset, int size, Block fail, StackSlot? slot = null)
    {
        if (_b.Current is null) return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
        var enough = _b.NewBlock();
        if (_info.Packet == PacketAccess.Copy)
        {
            var copy = StackPlace(slot ?? Temporary(size));
            var from = variable is null ? _b.Constant(offset) : _b.Make(Op.Add, variable, _b.Constant(offset));
            var failed = _b.Call(HelperFacts.SkbLoadBytes, _context, from, copy.Pointer, _b.Constant(size));
            BranchIfNotZero(failed, fail, enough);
            Start(enough);
            return copy;
        }
        if (_info.Packet == PacketAccess.None) throw NoPacket(_b.Source);
        var pointer = variable is null ? _b.Read(_data) : _b.Make(Op.Add, _b.Read(_data), variable);
        if (offset > short.MaxValue - size)
        {
            // Farther than an instruction's own offset reaches.
            (pointer, offset) = (_b.Make(Op.Add, pointer, _b.Constant(offset)), 0);
        }
        Branch(Comparison.PacketHas, pointer, _b.Constant(offset + size), enough, fail);
        Start(enough);
        return new Place(MemoryRegion.Packet, pointer, offset);
    }

    // Bytes anywhere in the packet, by an offset that may be computed.
    private Place PacketPlace(Value offset, int size, SourceSpan? source)
    {
        if (_info.Packet == PacketAccess.None) throw NoPacket(source);
        if (offset.IsConstant)
        {
            if (offset.Immediate < 0 || offset.Immediate > LargestOffset - size)
            {
                throw Error("OffsetOutOfRange", $"A packet has no byte {offset.Immediate}.", source, $"Offsets go from 0 to {LargestOffset - size}.");
            }
            // An instruction has room for a signed offset of 16 bits.
            return offset.Immediate + size <= short.MaxValue
                ? RequireBytes(null, (int)offset.Immediate, size, _defaultExit)
                : RequireBytes(offset, 0, size, _defaultExit);
        }
        // A mask that the author wrote is a bound to the verifier, whatever the compiler comes to know of what it masks.
        if (offset is { Op: Op.And } && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and <= LargestOffset - 4096 } mask)
        {
            return RequireBytes(_b.Make(Op.And, _b.Make(Op.Opaque, offset.Operands[0]), mask), 0, size, _defaultExit);
        }
        // A constant part stays out of the pointer, so that neighbours share one check.
        var (variable, addend) = offset is { Op: Op.Add } && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 4096 } constant
            && ValueRange.VisibleMaximum(offset.Operands[0]) <= LargestOffset - 4096
            ? (offset.Operands[0].Current, (int)constant.Immediate)
            : (offset, 0);
        if (ValueRange.VisibleMaximum(variable) > LargestOffset - 4096)
        {
            // What the compiler may know of the offset, the verifier does not: it must see a check.
            variable = _b.Make(Op.Opaque, variable);
            var bounded = _b.NewBlock();
            Branch(Comparison.UnsignedLessOrEqual, variable, _b.Constant(LargestOffset - 4096), bounded, _defaultExit);
            if (bounded.Predecessors.Count == 0) return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
            Start(bounded);
        }
        return RequireBytes(variable, addend, size, _defaultExit);
    }

    // ---- headers

    private Place HeaderPlace(PacketHeader header, SourceSpan? source)
    {
        if (_info.Packet == PacketAccess.None) throw NoPacket(source);
        if (!_facts.ContainsKey(header))
        {
            var present = _b.NewBlock();
            LowerPresence(header, present, _defaultExit);
            Start(present);
        }
        return _facts.TryGetValue(header, out var fact) ? fact.Place : new Place(MemoryRegion.Packet, _b.Constant(0), 0);
    }

    private void LowerPresence(PacketHeader header, Block whenPresent, Block whenAbsent)
    {
        if (_info.Packet == PacketAccess.None) throw NoPacket(_b.Source);
        if (_facts.ContainsKey(header))
        {
            Jump(whenPresent);
            return;
        }
        var locations = PacketHeaders.LocationsOf(header, _info.StartsAtNetwork);
        if (locations is null)
        {
            throw Error("NoPacket", $"A program of type {_program.Type} sees packets from their IP header on: they have no {header.Name} header.",
                _b.Source, "A Tc program sees all of the packet.");
        }
        if (locations.Count == 0)
        {
            Enter(header, null, 0, whenAbsent);
            Jump(whenPresent);
            return;
        }
        if (locations.Count == 1)
        {
            if (LowerLocation(header, locations[0], whenAbsent, whenAbsent) is { } only) Enter(header, only.Base, only.Offset, whenAbsent);
            Jump(whenPresent);
            return;
        }
        LowerLocations(header, locations, whenPresent, whenAbsent);
    }

    // The header may lie behind one of several others: its offset is chosen, then its bytes are asked for once.
    private void LowerLocations(PacketHeader header, IReadOnlyList<HeaderLocation> locations, Block whenPresent, Block whenAbsent)
    {
        var found = new List<(Block End, Value? Base, int Offset, ImmutableDictionary<PacketHeader, HeaderFact> Facts)>();
        var join = _b.NewBlock();
        foreach (var location in locations)
        {
            if (_b.Current is null) break;
            var next = _b.NewBlock();
            var last = ReferenceEquals(location, locations[^1]);
            // A parent that is there but names something else rules the other parents out.
            if (LowerLocation(header, location, last ? whenAbsent : next, whenAbsent) is { } at)
            {
                found.Add((_b.Current!, at.Base, at.Offset, _facts));
            }
            if (last || next.Predecessors.Count == 0) _b.LeaveOpen();
            else
            {
                _b.LeaveOpen();
                Start(next);
            }
        }
        if (found.Count == 0) return;
        if (found.Count == 1)
        {
            _b.Continue(found[0].End);
            _facts = found[0].Facts;
            Enter(header, found[0].Base, found[0].Offset, whenAbsent);
            Jump(whenPresent);
            return;
        }
        var shared = found.Min(f => f.Offset);
        var bases = new List<(Block, Value)>();
        foreach (var (end, @base, offset, facts) in found)
        {
            _b.Continue(end);
            _facts = facts;
            var rest = _b.Constant(offset - shared);
            bases.Add((end, @base is null ? rest : _b.Make(Op.Add, @base, rest)));
            Jump(join);
        }
        Start(join);
        Enter(header, _b.Phi([.. bases]), shared, whenAbsent);
        Jump(whenPresent);
    }

    // Whether a parent is there and says that the header follows; where it then begins.
    private (Value? Base, int Offset)? LowerLocation(PacketHeader header, HeaderLocation location, Block noParent, Block otherChild)
    {
        if (!_facts.ContainsKey(location.Parent))
        {
            // The bytes of the child are asked for together with its parent's where their place is known: one check for both.
            if (ConstantOffset(location) is { } known && !_facts.ContainsKey(header) && header.Locations.Count == 1)
            {
                RequireAhead(known + header.Size, otherChild);
            }
            var present = _b.NewBlock();
            LowerPresence(location.Parent, present, noParent);
            if (present.Predecessors.Count == 0) return null;
            Start(present);
        }
        var parent = _facts[location.Parent];
        var field = LoadReference(FieldAt(parent.Place, location.Field));
        if (location.Values.Count == 1)
        {
            BranchOn(Comparison.Equal, field, location.Values[0], otherChild);
        }
        else
        {
            var match = _b.NewBlock();
            foreach (var value in location.Values)
            {
                var last = value == location.Values[^1];
                var next = last ? otherChild : _b.NewBlock();
                Branch(Comparison.Equal, ((ScalarOperand)field).Value, _b.Constant(value), match, next);
                if (!last && next.Predecessors.Count > 0) Start(next);
            }
            if (match.Predecessors.Count == 0) return null;
            Start(match);
        }
        if (_b.Current is null) return null;
        if (location.ZeroField is { } zero) BranchOn(Comparison.Equal, LoadReference(FieldAt(parent.Place, zero)), 0, otherChild);
        if (_b.Current is null) return null;
        if (location.LengthField is not { } lengthField) return (parent.Base, parent.Offset + location.Length);
        var length = ((ScalarOperand)LoadReference(FieldAt(parent.Place, lengthField))).Value;
        return (parent.Base is null ? length : _b.Make(Op.Add, parent.Base, length), parent.Offset);
    }

    private static PlaceReference FieldAt(Place place, HeaderField field) => new(field.Type, place.At(field.Offset), false, false)
    {
        BitOffset = field.BitOffset,
        BitCount = field.BitCount,
        Scale = field.Scale,
    };

    // The offset of what a location leads to, where every header before it has a fixed length.
    private static int? ConstantOffset(HeaderLocation location)
    {
        if (location.LengthField is not null) return null;
        var parent = location.Parent;
        if (parent.Locations.Count == 0) return location.Length;
        return parent.Locations.Count == 1 && ConstantOffset(parent.Locations[0]) is { } offset ? offset + location.Length : null;
    }

    private void RequireAhead(int bytes, Block fail)
    {
        if (_info.Packet == PacketAccess.Copy || _b.Current is null) return;
        RequireBytes(null, 0, bytes, fail);
    }

    private void BranchOn(Comparison comparison, Operand operand, long constant, Block otherwise)
    {
        var next = _b.NewBlock();
        Branch(comparison, ((ScalarOperand)operand).Value, _b.Constant(constant), next, otherwise);
        if (next.Predecessors.Count > 0) Start(next);
    }

    private void Enter(PacketHeader header, Value? variable, int offset, Block fail)
    {
        if (_b.Current is null) return;
        StackSlot? slot = null;
        if (_info.Packet == PacketAccess.Copy && !_headerCopies.TryGetValue(header, out slot))
        {
            // One for all uses: a packet that is copied out is not written to, so the bytes are the same each time.
            _headerCopies[header] = slot = _b.Function.NewSlot((header.Size + 7) & ~7);
        }
        var place = RequireBytes(variable, offset, header.Size, fail, slot);
        _facts = _facts.SetItem(header, new HeaderFact(variable, offset, place));
    }

    // ---- what voids what is known

    private void ForgetPacket()
    {
        _facts = ImmutableDictionary<PacketHeader, HeaderFact>.Empty;
    }

    // Writing a field by which headers are told may make another header of what follows.
    private void PacketWritten(Expression target)
    {
        if (target is HeaderFieldExpression { Header: var written, HeaderField: var field })
        {
            var decides = PacketHeaders.All.Any(h => h.Locations.Any(l => ReferenceEquals(l.Parent, written)
                && (Overlaps(l.Field, field) || l.LengthField is { } length && Overlaps(length, field)
                    || l.ZeroField is { } zero && Overlaps(zero, field))));
            if (!decides) return;
        }
        ForgetPacket();
    }

    private static bool Overlaps(HeaderField a, HeaderField b) =>
        a.Offset < b.Offset + b.Type.Size && b.Offset < a.Offset + a.Type.Size;

    // Whether statements may write to the packet or move it.
    private static bool ChangesPacket(IEnumerable<Statement> statements)
    {
        var all = StatementWalker.All(statements).ToList();
        if (all.Any(s => s is AssignStatement { Target: PacketReadExpression or PacketVariableExpression or HeaderFieldExpression })) return true;
        return StatementWalker.Expressions(statements).Any(e => e is HelperCallExpression or CallExpression);
    }

    // A comparison of the packet's length with a constant is a question of whether bytes are there: what the verifier understands.
    private bool LowerLengthComparison(BinaryExpression comparison, Block whenTrue, Block whenFalse)
    {
        if (_info.Packet != PacketAccess.Direct) return false;
        var (left, right, op) = (comparison.Left, comparison.Right, comparison.Operator);
        if (right is PacketLengthExpression)
        {
            (left, right) = (right, left);
            op = op switch
            {
                BinaryOperator.Less => BinaryOperator.Greater,
                BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
                BinaryOperator.Greater => BinaryOperator.Less,
                BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
                _ => op,
            };
        }
        if (left is not PacketLengthExpression || Constants.Integer(right) is not { } constant
            || constant < 0 || constant >= LargestOffset - 1)
        {
            return false;
        }
        var bound = (int)constant;
        var (needed, has) = op switch
        {
            BinaryOperator.GreaterOrEqual => (bound, true),
            BinaryOperator.Greater => (bound + 1, true),
            BinaryOperator.Less => (bound, false),
            BinaryOperator.LessOrEqual => (bound + 1, false),
            _ => (-1, false),
        };
        if (needed < 0) return false;
        if (needed == 0)
        {
            Jump(has ? whenTrue : whenFalse);
            return true;
        }
        Branch(Comparison.PacketHas, _b.Read(_data), _b.Constant(needed), has ? whenTrue : whenFalse, has ? whenFalse : whenTrue);
        return true;
    }
}
