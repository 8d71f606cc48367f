using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    // What the verifier takes for an offset into a packet (MAX_PACKET_OFF in kernel/bpf/verifier.c).
    private const int LargestOffset = 0xffff;

    private readonly SsaVariable _data = new("data");
    private readonly SsaVariable _dataEnd = new("data end");
    private Block _defaultExit = null!;
    private int _packetVersion;

    private void StartPacket()
    {
        if (_info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        LoadPacketPointers();
        if (_info.Packet == PacketAccess.DirectLinear) PullLinear();
    }

    // After a call that invalidates packet pointers.
    private void ReloadPacketPointers()
    {
        if (_info.Packet is not (PacketAccess.Direct or PacketAccess.DirectLinear)) return;
        ForgetPacket();
        _packetVersion++;
        LoadPacketPointers();
    }

    private void LoadPacketPointers()
    {
        foreach (var (variable, offset) in new[] { (_data, _info.DataOffset), (_dataEnd, _info.DataEndOffset) })
        {
            var pointer = _b.Load(MemoryRegion.Context, _context, offset, 4);
            // A later load of the same place gives another pointer once the packet has been changed.
            pointer.PacketVersion = _packetVersion + 1;
            _b.Write(variable, pointer);
        }
    }

    // The bytes of a socket buffer may lie in several places: what the program can ask for is brought together first.
    private void PullLinear()
    {
        var need = _program.PacketBytes;
        if (need == 0) return;
        var (pull, ready) = (_b.NewBlock(), _b.NewBlock());
        Branch(Comparison.PacketHas, _b.Read(_data), _b.Constant(Math.Min(need, LargestOffset)), ready, pull);
        Start(pull);
        var length = PacketLength();
        var wanted = need > LargestOffset ? length : Choose(Comparison.UnsignedLessOrEqual, length, _b.Constant(need));
        _b.Call(HelperId.SkbPullData, _context, wanted);
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
                throw new UnreachableException($"{_info.Packet}");
        }
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
            var failed = _b.Call(HelperId.SkbLoadBytes, _context, from, copy.Pointer, _b.Constant(size));
            BranchIfNotZero(failed, fail, enough);
            Start(enough);
            return copy;
        }

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
    private Place PacketPlace(Value offset, int size)
    {
        if (offset.IsConstant)
        {
            // The value of a local may turn out to be one that no packet has.
            if (offset.Immediate < 0 || offset.Immediate > LargestOffset - size)
            {
                Jump(_defaultExit);
                return new Place(MemoryRegion.Packet, _b.Constant(0), 0);
            }

            // An instruction has room for a signed offset of 16 bits.
            return offset.Immediate + size <= short.MaxValue
                ? RequireBytes(null, (int)offset.Immediate, size, _defaultExit)
                : RequireBytes(offset, 0, size, _defaultExit);
        }
        // A mask that the author wrote is a bound to the verifier, whatever the compiler comes to know of what it
        // masks.
        if (offset is { Op: Op.And }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and <= LargestOffset - 4096 } mask)
        {
            return RequireBytes(_b.Make(Op.And, _b.Make(Op.Opaque, offset.Operands[0]), mask), 0, size, _defaultExit);
        }
        // A constant part stays out of the pointer, so that neighbours share one check.
        var (variable, addend) = offset is { Op: Op.Add }
            && offset.Operands[1].Current is { IsConstant: true, Immediate: >= 0 and < 4096 } constant
            && ValueRange.Maximum(offset.Operands[0]) <= uint.MaxValue
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
        else
        {
            ValueRange.KeepBounds(variable);
        }

        return RequireBytes(variable, addend, size, _defaultExit);
    }

    // ---- what voids what is known

    private void ForgetPacket()
    {
        _facts = PacketFacts.None;
    }

    // Writing a field by which headers are told may make another header of what follows.
    private void PacketWritten(BoundExpression target)
    {
        if (target is BoundHeaderField { Header: var written, Field: var field })
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
}
