namespace EbpfCat.Compiler;

/// <summary>
/// Finds the outer VLAN tag, as a copy of four bytes, in programs where it may be in the metadata: there if the network
/// card or the kernel has taken it out of the packet, else in the packet. In the first case it counts as lying over the
/// end of the Ethernet header, so that its EtherType, and the offset of what follows, are right.
/// </summary>
internal sealed class TagLowering(LoweringContext context, HeaderLowering headers, NextHeaderLowering next)
{
    private readonly IrBuilder _b = context.Builder;
    private readonly PacketLowering _packet = context.Packet;
    private readonly HeaderPaths _paths = new(context);
    private StackSlot? _copy;

    /// <summary>Continues where there is a tag.</summary>
    /// <returns>The offset and the copy of the tag; null if there cannot be one.</returns>
    public HeaderFact? Find(PacketHeader tag, Block whenAbsent)
    {
        const int presentOffset = 20; // __sk_buff.vlan_present
        const int tagOffset = 24; // __sk_buff.vlan_tci
        var location = tag.Locations[0];
        if (headers.Require(location.Parent, whenAbsent) is not { } ethernet) return null;
        _copy ??= _b.Function.NewSlot(StackSlot.RoomFor(tag.Size));
        var (taken, inline) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(_packet.LoadContext(presentOffset, 4), taken, inline);
        _b.Start(taken);
        var copy = _b.PlaceOf(_copy);
        _b.Store(copy, 2, _b.Make(Op.ByteSwap, 16, _packet.LoadContext(tagOffset, 4)));
        _b.Store(copy.At(2), 2, _b.Load(ethernet.Place.At(location.Field!.Offset), 2));
        var constant = ethernet.Offset.Constant + location.Length - tag.Size;
        List<HeaderPath> paths = [_paths.Leave(_b.Constant(0), ethernet.Offset with { Constant = constant })];
        _b.Start(inline);
        foreach (var (end, number, offset, _) in next.Behind(location, location.Values, mustName: true, whenAbsent,
            whenAbsent))
        {
            _b.Continue(end);
            var bytes = _packet.CheckBounds(offset, tag.Size, whenAbsent);
            _b.Store(_b.PlaceOf(_copy), 4, _b.Load(bytes, 4));
            paths.Add(_paths.Leave(number, offset));
        }

        return new HeaderFact(_paths.Join(paths).Offset, _b.PlaceOf(_copy));
    }
}
