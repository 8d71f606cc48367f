using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Finds headers in the packet.</summary>
internal sealed class HeaderLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly Dictionary<PacketHeader, StackSlot> _copies = [];
    private readonly Dictionary<PacketHeader, PacketHeader> _siblings = [];

    public Place PlaceOf(PacketHeader header)
    {
        if (!_b.Facts.Headers.ContainsKey(header))
        {
            var present = _b.NewBlock();
            Test(header, present, context.DefaultExit);
            _b.Start(present);
        }

        return _b.Facts.Headers.TryGetValue(header, out var fact)
            ? fact.Place
            : new Place(MemoryRegion.Packet, _b.Constant(0), 0);
    }

    public void Test(PacketHeader header, Block whenPresent, Block whenAbsent)
    {
        if (_b.Facts.Headers.ContainsKey(header))
        {
            _b.Jump(whenPresent);
            return;
        }

        var locations = PacketHeaders.LocationsOf(header, context.Info.StartsAtNetwork)!;
        if (locations.Count == 0)
        {
            Enter(header, null, 0, whenAbsent);
            _b.Jump(whenPresent);
            return;
        }

        if (locations.Count == 1)
        {
            if (LowerLocation(header, locations[0], whenAbsent, whenAbsent) is { } only)
            {
                Enter(header, only.Base, only.Offset, whenAbsent);
            }

            _b.Jump(whenPresent);
            return;
        }

        if (_siblings.TryGetValue(header, out var family)) LowerSibling(header, family, whenPresent, whenAbsent);
        else LowerLocations(header, locations, whenPresent, whenAbsent);
    }

    // Headers that lie in the same places, told apart by one number: where the program asks for several, the place is
    // found once.
    public void NoteSiblings()
    {
        var asked = context.Program.Headers
            .Where(h => h.Locations.Count > 1
                && ReferenceEquals(PacketHeaders.LocationsOf(h, context.Info.StartsAtNetwork), h.Locations)).ToList();
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
        if (!_b.Facts.Siblings.ContainsKey(family)) FindSiblings(family);
        var fact = _b.Facts.Siblings[family];
        var named = _b.NewBlock();
        _b.Branch(Comparison.Equal, fact.Selector, _b.Constant(header.Locations[0].Values[0]), named, whenAbsent);
        if (!_b.StartIfReached(named)) return;
        Enter(header, fact.Base, fact.Offset, whenAbsent);
        _b.Jump(whenPresent);
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
                var selector = LoadField(parent, location.Field);
                if (Begin(location, parent, none) is { } at)
                {
                    found.Add((_b.Current!, selector, at.Base, at.Offset, _b.Facts));
                }
            }

            _b.LeaveOpen();
            if (ReferenceEquals(next, none) || next.Predecessors.Count == 0) break;
            _b.Start(next);
        }

        var shared = found.Select(f => f.Offset).DefaultIfEmpty().Min();
        var (selectors, bases) = (new List<(Block, Value)>(), new List<(Block, Value)>());
        foreach (var (end, selector, @base, offset, facts) in found)
        {
            _b.Continue(end);
            _b.Facts = facts;
            var rest = _b.Constant(offset - shared);
            selectors.Add((end, selector));
            bases.Add((end, @base is null ? rest : _b.Make(Op.Add, @base, rest)));
            _b.Jump(join);
        }

        if (_b.StartIfReached(none))
        {
            selectors.Add((none, _b.Constant(1L << (family.Locations.Max(l => l.Field.Type.Size) * 8))));
            bases.Add((none, _b.Constant(0)));
            _b.Jump(join);
        }

        _b.Start(join);
        var fact = new SiblingsFact(_b.Phi([.. selectors]), _b.Phi([.. bases]), shared);
        _b.Facts = _b.Facts with { Siblings = _b.Facts.Siblings.SetItem(family, fact) };
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
                found.Add((_b.Current!, at.Base, at.Offset, _b.Facts));
            }

            if (last || next.Predecessors.Count == 0)
            {
                _b.LeaveOpen();
            }
            else
            {
                _b.LeaveOpen();
                _b.Start(next);
            }
        }

        if (found.Count == 0) return;
        if (found.Count == 1)
        {
            _b.Continue(found[0].End);
            _b.Facts = found[0].Facts;
            Enter(header, found[0].Base, found[0].Offset, whenAbsent);
            _b.Jump(whenPresent);
            return;
        }

        var shared = found.Min(f => f.Offset);
        var bases = new List<(Block, Value)>();
        foreach (var (end, @base, offset, facts) in found)
        {
            _b.Continue(end);
            _b.Facts = facts;
            var rest = _b.Constant(offset - shared);
            bases.Add((end, @base is null ? rest : _b.Make(Op.Add, @base, rest)));
            _b.Jump(join);
        }

        _b.Start(join);
        Enter(header, _b.Phi([.. bases]), shared, whenAbsent);
        _b.Jump(whenPresent);
    }

    // Whether a parent is there and says that the header follows; where it then begins.
    private (Value? Base, int Offset)? LowerLocation(PacketHeader header, HeaderLocation location, Block noParent,
        Block otherChild)
    {
        // The bytes of the child are asked for together with its parent's where their place is known: one check for
        // both.
        if (!_b.Facts.Headers.ContainsKey(location.Parent) && ConstantOffset(location) is { } known
            && !_b.Facts.Headers.ContainsKey(header) && header.Locations.Count == 1)
        {
            RequireAhead(known + header.Size, otherChild);
        }

        if (LowerParent(location, noParent) is not { } parent) return null;
        var field = LoadField(parent, location.Field);
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
                _b.Branch(Comparison.Equal, field, _b.Constant(value), match, next);
                if (!last && next.Predecessors.Count > 0) _b.Start(next);
            }

            if (!_b.StartIfReached(match)) return null;
        }

        if (_b.Current is null) return null;
        return Begin(location, parent, otherChild);
    }

    // Goes on where the header is in which another lies; null where it cannot be.
    private HeaderFact? LowerParent(HeaderLocation location, Block noParent)
    {
        if (!_b.Facts.Headers.ContainsKey(location.Parent))
        {
            var present = _b.NewBlock();
            Test(location.Parent, present, noParent);
            if (!_b.StartIfReached(present)) return null;
        }

        return _b.Facts.Headers[location.Parent];
    }

    private (Value? Base, int Offset)? Begin(HeaderLocation location, HeaderFact parent, Block otherChild)
    {
        if (location.ZeroField is { } zero)
        {
            BranchOn(Comparison.Equal, LoadField(parent, zero), 0, otherChild);
        }

        if (_b.Current is null) return null;
        if (location.LengthField is not { } lengthField) return (parent.Base, parent.Offset + location.Length);
        var length = LoadField(parent, lengthField);
        // So no header lies inside the one before it, where a write to it would change what tells them.
        BranchOn(Comparison.UnsignedGreaterOrEqual, length, location.Length, otherChild);
        return _b.Current is null
            ? null
            : (parent.Base is null ? length : _b.Make(Op.Add, parent.Base, length), parent.Offset);
    }

    private Value LoadField(HeaderFact header, HeaderField field) =>
        ((ScalarOperand)context.Places.LoadReference(FieldAt(header.Place, field))).Value;

    public static PlaceReference FieldAt(Place place, HeaderField field) =>
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
        if (context.Info.Packet == PacketAccess.Copy || _b.Current is null) return;
        context.Packet.Require(null, 0, bytes, fail);
    }

    private void BranchOn(Comparison comparison, Value value, long constant, Block otherwise)
    {
        var next = _b.NewBlock();
        _b.Branch(comparison, value, _b.Constant(constant), next, otherwise);
        _b.StartIfReached(next);
    }

    private void Enter(PacketHeader header, Value? variable, int offset, Block fail)
    {
        if (_b.Current is null) return;
        StackSlot? slot = null;
        if (context.Info.Packet == PacketAccess.Copy && !_copies.TryGetValue(header, out slot))
        {
            // One for all uses: a packet that is copied out is not written to, so the bytes are the same each time.
            _copies[header] = slot = _b.Function.NewSlot(StackSlot.RoomFor(header.Size));
        }

        var place = context.Packet.Require(variable, offset, header.Size, fail, slot);
        var fact = new HeaderFact(variable, offset, place);
        _b.Facts = _b.Facts with { Headers = _b.Facts.Headers.SetItem(header, fact) };
    }

    // Writing a field by which headers are told may make another header of what follows.
    public void Written(BoundExpression target)
    {
        if (target is BoundHeaderField { Header: var written, Field: var field })
        {
            var decides = PacketHeaders.All.Any(h => h.Locations.Any(l => ReferenceEquals(l.Parent, written)
                && (Overlaps(l.Field, field) || l.LengthField is { } length && Overlaps(length, field)
                    || l.ZeroField is { } zero && Overlaps(zero, field))));
            if (!decides) return;
        }

        _b.Facts = PacketFacts.None;
    }

    private static bool Overlaps(HeaderField a, HeaderField b) =>
        a.Offset < b.Offset + b.Type.Size && b.Offset < a.Offset + a.Type.Size;
}
