using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private Operand ReadEventField(EventFieldExpression field)
    {
        var traced = _traced ?? throw Error("NoEvent", "$event is known only in a program that is attached to something traced.",
            field.Source, "Give the program its target, as Trace-Ebpf and the attachment cmdlets do.");
        return ReadEvent(traced.Resolve(field));
    }

    private Operand ReadEvent(EventAccess access)
    {
        if (access.Content == EventContent.RecordText) return RecordText(access);
        if (access.Steps.Count == 0) return ReadRoot(access);
        var pointer = Root(access);
        for (var i = 0; i < access.Steps.Count - 1; i++) pointer = ReadPointer(pointer, access.Steps[i]);
        var last = access.Steps[^1];
        return access.Content == EventContent.Value
            ? ReadValue(access, pointer, last)
            : Behind(access, ReadPointer(pointer, last));
    }

    private Value Root(EventAccess access) => access.Root == EventRoot.CurrentTask
        ? _b.Call(HelperFacts.GetCurrentTask)
        : _b.Load(MemoryRegion.Context, _context, access.RootOffset, access.RootSize);

    // The value lies in the context, or is a pointer there.
    private Operand ReadRoot(EventAccess access)
    {
        if (access.Content != EventContent.Value) return Behind(access, Root(access));
        if (access.Type is not ScalarType type) return new MemoryOperand(access.Type, new Place(MemoryRegion.Context, _context, access.RootOffset));
        var value = Root(access);
        // A register may be wider than what it holds.
        if (access.RootSize * 8 > type.Bits && !type.IsSigned) value = _b.Make(Op.And, value, _b.Constant(Simplifier.Mask(type.Bits)));
        return Extended(access, type, value);
    }

    private ScalarOperand Extended(EventAccess access, ScalarType type, Value value)
    {
        if (type.NeedsSwap) value = _b.Make(Op.ByteSwap, type.Bits, value);
        if (access.BitCount > 0)
        {
            value = _b.Make(Op.And, _b.Make(Op.Shr, value, _b.Constant(access.BitOffset)), _b.Constant(Simplifier.Mask(access.BitCount)));
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
        if (step.Memory == EventMemory.Typed) return _b.Load(MemoryRegion.Kernel, pointer, step.Offset, 8);
        var copy = StackPlace(Temporary(8));
        ProbeRead(copy, _b.Constant(8), Forward(pointer, step.Offset), step.Memory);
        return _b.Load(copy.Region, copy.Pointer, copy.Offset, 8);
    }

    private Operand ReadValue(EventAccess access, Value pointer, EventStep step)
    {
        if (access.Type is ScalarType type)
        {
            if (step.Memory == EventMemory.Typed) return Extended(access, type, _b.Load(MemoryRegion.Kernel, pointer, step.Offset, type.Size));
            var copy = StackPlace(Temporary(8));
            ProbeRead(copy, _b.Constant(type.Size), Forward(pointer, step.Offset), step.Memory);
            return Extended(access, type, _b.Load(copy.Region, copy.Pointer, copy.Offset, type.Size));
        }
        var from = Forward(pointer, step.Offset);
        return new DeferredOperand(access.Type, place => ProbeRead(place, _b.Constant(access.Type.Size), from, step.Memory));
    }

    // What a pointer leads to: a text, or bytes of a length that may be known only now.
    private DeferredOperand Behind(EventAccess access, Value pointer)
    {
        if (access.Content == EventContent.TextPointer)
        {
            var helper = access.Memory == EventMemory.User ? HelperFacts.ProbeReadUserStr : HelperFacts.ProbeReadKernelStr;
            return new DeferredOperand(access.Type, place => _b.Call(helper, AddressAt(place), _b.Constant(access.Type.Size), pointer));
        }
        var length = access.Length is null ? null : ((ScalarOperand)ReadEvent(access.Length)).Value;
        return new DeferredOperand(access.Type, place =>
        {
            if (length is null)
            {
                ProbeRead(place, _b.Constant(access.Type.Size), pointer, access.Memory);
                return;
            }
            Zero(place, access.Type.Size);
            ProbeRead(place, Choose(Comparison.UnsignedLessOrEqual, length, _b.Constant(access.Type.Size)), pointer, access.Memory);
        });
    }

    private DeferredOperand RecordText(EventAccess access)
    {
        var location = _b.Load(MemoryRegion.Context, _context, access.RootOffset, 4);
        var pointer = _b.Make(Op.Add, _context, _b.Make(Op.And, location, _b.Constant(0xffff)));
        return new DeferredOperand(access.Type,
            place => _b.Call(HelperFacts.ProbeReadKernelStr, AddressAt(place), _b.Constant(access.Type.Size), pointer));
    }

    private Value Forward(Value pointer, int offset) => _b.Make(Op.Add, pointer, _b.Constant(offset));

    private void ProbeRead(Place to, Value size, Value from, EventMemory memory) =>
        _b.Call(memory == EventMemory.User ? HelperFacts.ProbeReadUser : HelperFacts.ProbeReadKernel, AddressAt(to), size, from);

    private void Zero(Place place, int size)
    {
        foreach (var (offset, width) in PieceLayout(size, AlignmentOf(place)))
        {
            _b.Store(place.Region, place.Pointer, place.Offset + offset, width, _b.Constant(0));
        }
    }
}
