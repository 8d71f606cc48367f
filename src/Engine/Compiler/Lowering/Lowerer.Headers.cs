using EbpfCat.Language;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private readonly Dictionary<PacketHeader, StackSlot> _headerCopies = [];
    private readonly Dictionary<PacketHeader, PacketHeader> _siblings = [];

    private Place HeaderPlace(PacketHeader header)
    {
        if (!_facts.Headers.ContainsKey(header))
        {
            var present = _b.NewBlock();
            LowerPresence(header, present, _defaultExit);
            Start(present);
        }

        return _facts.Headers.TryGetValue(header, out var fact)
            ? fact.Place
            : new Place(MemoryRegion.Packet, _b.Constant(0), 0);
    }

    private void LowerPresence(PacketHeader header, Block whenPresent, Block whenAbsent)
    {
        if (_facts.Headers.ContainsKey(header))
        {
            Jump(whenPresent);
            return;
        }

        var locations = PacketHeaders.LocationsOf(header, _info.StartsAtNetwork)!;
        if (locations.Count == 0)
        {
            Enter(header, null, 0, whenAbsent);
            Jump(whenPresent);
            return;
        }

        if (locations.Count == 1)
        {
            if (LowerLocation(header, locations[0], whenAbsent, whenAbsent) is { } only)
            {
                Enter(header, only.Base, only.Offset, whenAbsent);
            }

            Jump(whenPresent);
            return;
        }

        if (_siblings.TryGetValue(header, out var family)) LowerSibling(header, family, whenPresent, whenAbsent);
        else LowerLocations(header, locations, whenPresent, whenAbsent);
    }

    // Headers that lie in the same places, told apart by one number: where the program asks for several, the place is
    // found once.
    private void NoteSiblings()
    {
        var asked = _program.Headers
            .Where(h => h.Locations.Count > 1
                && ReferenceEquals(PacketHeaders.LocationsOf(h, _info.StartsAtNetwork), h.Locations)).ToList();
        foreach (var header in asked)
        {
            if (asked.Find(h => AreSiblings(h, header)) is { } first
                && asked.FindLast(h => AreSiblings(h, header)) != first)
            {
                _siblings[header] = first;
            }
        }
    }

    private static bool AreSiblings(PacketHeader a, PacketHeader b) => a.Locations.Count == b.Locations.Count
        && a.Locations.Zip(b.Locations).All(pair => pair.First with { Values = pair.Second.Values } == pair.Second
            && pair.First.Values.Count == 1 && pair.First.Values[0] == a.Locations[0].Values[0]);

    private void LowerSibling(PacketHeader header, PacketHeader family, Block whenPresent, Block whenAbsent)
    {
        if (!_facts.Siblings.ContainsKey(family)) FindSiblings(family);
        var fact = _facts.Siblings[family];
        var named = _b.NewBlock();
        Branch(Comparison.Equal, fact.Selector, _b.Constant(header.Locations[0].Values[0]), named, whenAbsent);
        if (named.Predecessors.Count == 0) return;
        Start(named);
        Enter(header, fact.Base, fact.Offset, whenAbsent);
        Jump(whenPresent);
    }

    private void FindSiblings(PacketHeader family)
    {
        var found = new List<(Block End, Value Selector, Value? Base, int Offset, PacketFacts Facts)>();
        var (join, none) = (_b.NewBlock(), _b.NewBlock());
        foreach (var location in family.Locations)
        {
            var next = ReferenceEquals(location, family.Locations[^1]) ? none : _b.NewBlock();
            if (LowerParent(location, next) is { } parent)
            {
                var selector = ((ScalarOperand)LoadReference(FieldAt(parent.Place, location.Field))).Value;
                if (Begin(location, parent, none) is { } at)
                {
                    found.Add((_b.Current!, selector, at.Base, at.Offset, _facts));
                }
            }

            _b.LeaveOpen();
            if (ReferenceEquals(next, none) || next.Predecessors.Count == 0) break;
            Start(next);
        }

        var shared = found.Select(f => f.Offset).DefaultIfEmpty().Min();
        var (selectors, bases) = (new List<(Block, Value)>(), new List<(Block, Value)>());
        foreach (var (end, selector, @base, offset, facts) in found)
        {
            _b.Continue(end);
            _facts = facts;
            var rest = _b.Constant(offset - shared);
            selectors.Add((end, selector));
            bases.Add((end, @base is null ? rest : _b.Make(Op.Add, @base, rest)));
            Jump(join);
        }

        if (none.Predecessors.Count > 0)
        {
            Start(none);
            selectors.Add((none, _b.Constant(1L << (family.Locations.Max(l => l.Field.Type.Size) * 8))));
            bases.Add((none, _b.Constant(0)));
            Jump(join);
        }

        Start(join);
        var fact = new SiblingsFact(_b.Phi([.. selectors]), _b.Phi([.. bases]), shared);
        _facts = _facts with { Siblings = _facts.Siblings.SetItem(family, fact) };
    }

    // The header may lie behind one of several others: its offset is chosen, then its bytes are asked for once.
    private void LowerLocations(PacketHeader header, IReadOnlyList<HeaderLocation> locations, Block whenPresent,
        Block whenAbsent)
    {
        var found = new List<(Block End, Value? Base, int Offset, PacketFacts Facts)>();
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

            if (last || next.Predecessors.Count == 0)
            {
                _b.LeaveOpen();
            }
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
    private (Value? Base, int Offset)? LowerLocation(PacketHeader header, HeaderLocation location, Block noParent,
        Block otherChild)
    {
        // The bytes of the child are asked for together with its parent's where their place is known: one check for
        // both.
        if (!_facts.Headers.ContainsKey(location.Parent) && ConstantOffset(location) is { } known
            && !_facts.Headers.ContainsKey(header) && header.Locations.Count == 1)
        {
            RequireAhead(known + header.Size, otherChild);
        }

        if (LowerParent(location, noParent) is not { } parent) return null;
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
        return Begin(location, parent, otherChild);
    }

    // Goes on where the header is in which another lies; null where it cannot be.
    private HeaderFact? LowerParent(HeaderLocation location, Block noParent)
    {
        if (!_facts.Headers.ContainsKey(location.Parent))
        {
            var present = _b.NewBlock();
            LowerPresence(location.Parent, present, noParent);
            if (present.Predecessors.Count == 0) return null;
            Start(present);
        }

        return _facts.Headers[location.Parent];
    }

    private (Value? Base, int Offset)? Begin(HeaderLocation location, HeaderFact parent, Block otherChild)
    {
        if (location.ZeroField is { } zero)
        {
            BranchOn(Comparison.Equal, LoadReference(FieldAt(parent.Place, zero)), 0, otherChild);
        }

        if (_b.Current is null) return null;
        if (location.LengthField is not { } lengthField) return (parent.Base, parent.Offset + location.Length);
        var length = (ScalarOperand)LoadReference(FieldAt(parent.Place, lengthField));
        // So no header lies inside the one before it, where a write to it would change what tells them.
        BranchOn(Comparison.UnsignedGreaterOrEqual, length, location.Length, otherChild);
        return _b.Current is null
            ? null
            : (parent.Base is null ? length.Value : _b.Make(Op.Add, parent.Base, length.Value), parent.Offset);
    }

    private static PlaceReference FieldAt(Place place, HeaderField field) =>
        new(field.Type, place.At(field.Offset), false, false)
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
        return parent.Locations.Count == 1 && ConstantOffset(parent.Locations[0]) is { } offset
            ? offset + location.Length
            : null;
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
            _headerCopies[header] = slot = _b.Function.NewSlot(StackSlot.RoomFor(header.Size));
        }

        var place = RequireBytes(variable, offset, header.Size, fail, slot);
        _facts = _facts with { Headers = _facts.Headers.SetItem(header, new HeaderFact(variable, offset, place)) };
    }
}
