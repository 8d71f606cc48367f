using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private const int PointerSize = 8;

    private Operand ReadEvent(EventAccess access)
    {
        if (access.Type is EnumType named) access = access with { Type = named.Underlying };
        if (access.Content is EventContent.RecordText or EventContent.RecordBytes) return FromRecord(access);
        if (access.Steps.Count == 0) return ReadRoot(access);
        var way = new EventWay(this);
        var pointer = Root(access);
        for (var i = 0; i < access.Steps.Count - 1; i++)
        {
            pointer = ReadPointer(way.Guard(pointer, access.Steps[i]), access.Steps[i]);
        }

        var last = access.Steps[^1];
        pointer = way.Guard(pointer, last);
        if (access.Content != EventContent.Value) return Behind(access, way.End(ReadPointer(pointer, last)));
        if (access.Type is ScalarType type)
        {
            return new ScalarOperand((ScalarType)Typer.Plain(type)!, way.End(ReadNumber(access, type, pointer, last)));
        }

        var from = way.End(Forward(pointer, last.Offset));
        return access.Type is StringType
            ? new DeferredOperand(access.Type, place => ProbeReadText(place, access.Type.Size, from, last.Memory))
            : new DeferredOperand(access.Type,
                place => ProbeRead(place, _b.Constant(access.Type.Size), from, last.Memory));
    }

    // A typed pointer may be null. The verifier lets it be followed once it is shown that it is not; else the value is
    // 0.
    private sealed class EventWay(Lowerer lowerer)
    {
        private Block? _absent;

        public Value Guard(Value pointer, EventStep step)
        {
            if (step.Memory != EventMemory.Typed || lowerer._b.Current is null) return pointer;
            _absent ??= lowerer._b.NewBlock();
            var present = lowerer._b.NewBlock();
            lowerer.BranchIfNotZero(pointer, present, _absent);
            lowerer.Start(present);
            return pointer;
        }

        public Value End(Value value)
        {
            if (_absent is null) return value;
            var (present, after) = (lowerer._b.Current!, lowerer._b.NewBlock());
            lowerer.Jump(after);
            lowerer.Start(_absent);
            var nothing = lowerer._b.Constant(0);
            lowerer.Jump(after);
            lowerer.Start(after);
            return lowerer._b.Phi((present, value), (_absent, nothing));
        }
    }

    private Value Root(EventAccess access)
    {
        var root = access.Root switch
        {
            EventRoot.CurrentTask => _b.Call(HelperId.GetCurrentTask),
            EventRoot.Constant => _b.Constant(access.Constant),
            _ => _b.Load(RegionOf(access), _context, access.RootOffset, access.RootSize),
        };
        if (access.Index is not { } index) return root;
        var added = _b.Load(MemoryRegion.Context, _context, index.Offset, index.Size);
        return _b.Make(Op.Add, root, _b.Make(Op.Mul, added, _b.Constant(index.Scale)));
    }

    // What may be changed in the context is read anew each time, unlike the rest of it.
    private static MemoryRegion RegionOf(EventAccess access) =>
        access.IsWritable ? MemoryRegion.Kernel : MemoryRegion.Context;

    // An assignment changes what the kernel goes on with.
    private void AssignEventField(EventAccess access, BoundExpression value)
    {
        var converted = Convert(LowerExpression(value), Typer.Plain(access.Type)!);
        if (converted is ScalarOperand number)
        {
            var type = (ScalarType)NumberOf(access.Type);
            var stored = type.NeedsSwap ? _b.Make(Op.ByteSwap, type.Bits, number.Value) : number.Value;
            converted = new PiecesOperand(type, [new Piece(0, access.RootSize, stored)]);
        }
        // Until Linux 6.4 what is stored into the context comes from a register.
        foreach (var piece in Pieces(converted,
            PieceLayout(Math.Max(access.Type.Size, access.RootSize), access.RootSize)))
        {
            _b.Store(RegionOf(access), _context, access.RootOffset + piece.Offset, piece.Size,
                _b.Make(Op.Opaque, piece.Value));
        }
    }

    // The value lies in the context, or is a pointer there.
    private Operand ReadRoot(EventAccess access)
    {
        if (access.Content != EventContent.Value) return Behind(access, Root(access));
        if (access is { Type: AddressType, RootSize: 4 })
        {
            // Read now, for it may be changed, and no more at once than every kernel allows.
            var place = new Place(RegionOf(access), _context, access.RootOffset);
            return new PiecesOperand(access.Type,
                LoadPieces(place, PieceLayout(access.Type.Size, Math.Min(access.RootSize, AlignmentOf(place)))));
        }

        if (access.Type is not ScalarType type)
        {
            return new MemoryOperand(access.Type, new Place(MemoryRegion.Context, _context, access.RootOffset));
        }

        var value = Root(access);
        // A register may be wider than what it holds.
        if (access.RootSize * 8 > type.Bits && !type.IsSigned)
        {
            value = _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(type.Bits)));
        }

        return Extended(access, type, value);
    }

    private ScalarOperand Extended(EventAccess access, ScalarType type, Value value)
    {
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        if (access.BitCount > 0)
        {
            value = _b.Make(Op.And, _b.Make(Op.Shr, value, _b.Constant(access.BitOffset)),
                _b.Constant(Simplifier.Mask(access.BitCount)));
            if (type.IsSigned) value = _b.Make(Op.SignExtend, access.BitCount, value);
        }
        else if (type.IsSigned)
        {
            value = _b.Make(Op.SignExtend, type.Bits, value);
        }

        return new ScalarOperand((ScalarType)Typer.Plain(type)!, value);
    }

    private Value ReadPointer(Value pointer, EventStep step)
    {
        if (step.Memory == EventMemory.Typed) return _b.Load(MemoryRegion.Kernel, pointer, step.Offset, PointerSize);
        return ReadPointer(pointer, step, StackPlace(Temporary(PointerSize)));
    }

    private Value ReadPointer(Value pointer, EventStep step, Place copy)
    {
        ProbeRead(copy, _b.Constant(PointerSize), Forward(pointer, step.Offset), step.Memory);
        return _b.Load(copy.Region, copy.Pointer, copy.Offset, PointerSize);
    }

    private Value ReadNumber(EventAccess access, ScalarType type, Value pointer, EventStep step)
    {
        if (step.Memory == EventMemory.Typed)
        {
            return Extended(access, type, _b.Load(MemoryRegion.Kernel, pointer, step.Offset, type.Size)).Value;
        }

        var copy = StackPlace(Temporary(8));
        ProbeRead(copy, _b.Constant(type.Size), Forward(pointer, step.Offset), step.Memory);
        return Extended(access, type, _b.Load(copy.Region, copy.Pointer, copy.Offset, type.Size)).Value;
    }

    // What a pointer leads to: a text, or bytes of a length that may be known only now.
    private DeferredOperand Behind(EventAccess access, Value pointer)
    {
        if (access.Content == EventContent.TextListPointer) return TextsBehind(pointer, access.Memory);
        var (size, isText) = (access.Type.Size, access.Content == EventContent.TextPointer);
        if (access.Length is null)
        {
            return isText
                ? new DeferredOperand(access.Type, place => ProbeReadText(place, size, pointer, access.Memory))
                : new DeferredOperand(access.Type,
                    place => ProbeRead(place, _b.Constant(size), pointer, access.Memory), FillsPlace: true);
        }

        var length = ((ScalarOperand)ReadEvent(access.Length)).Value;
        return new DeferredOperand(access.Type, place =>
        {
            // A text of a given length has no NUL of its own.
            Zero(place, size);
            var most = _b.Constant(isText ? size - 1 : size);
            // Old verifiers see the limit only of what is in one register from the test to the call, and not if it is
            // signed.
            var limited = _b.Make(Op.Opaque, _b.Make(Op.And, length, _b.Constant(int.MaxValue)));
            ProbeRead(place, Choose(Comparison.UnsignedLessOrEqual, limited, most), pointer, access.Memory);
        }, FillsPlace: true);
    }

    // As many texts as there are, or there is room for; behind them stays what was there.
    private DeferredOperand TextsBehind(Value list, EventMemory memory) => new(TextListType.Instance, place =>
    {
        if (_b.Current is null) return;
        var end = _b.NewBlock();
        var copy = StackPlace(Temporary(PointerSize));
        var counts = new List<(Block, Value)>();
        for (var i = 0; i < TextListType.MaxTexts; i++)
        {
            var text = ReadPointer(list, new EventStep(i * PointerSize, memory), copy);
            counts.Add((_b.Current!, _b.Constant(i)));
            var more = _b.NewBlock();
            BranchIfNotZero(text, more, end);
            Start(more);
            ProbeReadText(place.At(TextListType.OffsetOf(i)), TextListType.TextCapacity, text, memory);
        }

        counts.Add((_b.Current!, _b.Constant(TextListType.MaxTexts)));
        Jump(end);
        Start(end);
        _b.Store(place.Region, place.Pointer, place.Offset, TextListType.TextsOffset, _b.Phi([.. counts]));
    }, FillsPlace: true);

    // What stands behind the record's fields: the field says where, in its low half, and how long it is, in its high
    // half.
    private DeferredOperand FromRecord(EventAccess access)
    {
        var location = _b.Load(MemoryRegion.Context, _context, access.RootOffset, 4);
        var offset = _b.Make(Op.Add, _b.Make(Op.And, location, _b.Constant(0xffff)), _b.Constant(access.LocationBase));
        var pointer = _b.Make(Op.Add, _context, offset);
        var size = access.Type.Size;
        if (access.Content == EventContent.RecordText)
            return new DeferredOperand(access.Type, place => ProbeReadText(place, size, pointer, EventMemory.Kernel));
        return new DeferredOperand(access.Type, place =>
        {
            Zero(place, size);
            var length = Choose(Comparison.UnsignedLessOrEqual, _b.Make(Op.Shr, location, _b.Constant(16)),
                _b.Constant(size));
            ProbeRead(place, length, pointer, EventMemory.Kernel);
        }, FillsPlace: true);
    }

    // A text of which only the beginning counts, as much as is wanted of it.
    private Operand LowerTextUpTo(BoundExpression expression, int bytes)
    {
        var capacity = StackSlot.RoomFor(bytes);
        return expression is BoundEventValue
        {
            Access:
            {
                Type: StringType { Capacity: var whole },
                Content: EventContent.TextPointer or EventContent.RecordText,
            } access,
        } && capacity < whole
            ? ReadEvent(access with { Type = new StringType(capacity) })
            : LowerExpression(expression);
    }

    private Value Forward(Value pointer, int offset) => _b.Make(Op.Add, pointer, _b.Constant(offset));

    private void ProbeReadText(Place to, int size, Value from, EventMemory memory) =>
        _b.Call(memory == EventMemory.User ? HelperId.ProbeReadUserStr : HelperId.ProbeReadKernelStr, AddressAt(to),
            _b.Constant(size), from);

    private void ProbeRead(Place to, Value size, Value from, EventMemory memory) =>
        _b.Call(memory == EventMemory.User ? HelperId.ProbeReadUser : HelperId.ProbeReadKernel, AddressAt(to), size,
            from);

    private void Zero(Place place, int size)
    {
        foreach (var (offset, width) in PieceLayout(size, AlignmentOf(place)))
        {
            _b.Store(place.Region, place.Pointer, place.Offset + offset, width, _b.Constant(0));
        }
    }
}
