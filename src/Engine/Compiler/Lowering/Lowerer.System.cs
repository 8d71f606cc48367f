using System.Diagnostics;
using System.Text;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private Operand LowerSystemValue(BoundSystemValue system)
    {
        var type = system.Type;
        ScalarOperand Number(Value value) => new((ScalarType)type, value);
        Value Low(Value value) => _b.Make(Op.And, value, _b.Constant(uint.MaxValue));
        Value High(Value value) => _b.Make(Op.Shr, value, _b.Constant(32));
        switch (system.Value)
        {
            case SystemValue.Time:
                return Number(_b.Call(HelperId.KtimeGetNs));
            case SystemValue.BootTime:
                return Number(_b.Call(HelperId.KtimeGetBootNs));
            case SystemValue.Random:
                return Number(_b.Call(HelperId.GetPrandomU32));
            case SystemValue.Cpu:
                return Number(_b.Call(HelperId.GetSmpProcessorId));
            case SystemValue.ProcessId:
                return Number(High(_b.Call(HelperId.GetCurrentPidTgid)));
            case SystemValue.ThreadId:
                return Number(Low(_b.Call(HelperId.GetCurrentPidTgid)));
            case SystemValue.UserId:
                return Number(Low(_b.Call(HelperId.GetCurrentUidGid)));
            case SystemValue.GroupId:
                return Number(High(_b.Call(HelperId.GetCurrentUidGid)));
            case SystemValue.CgroupId:
                return Number(_b.Call(HelperId.GetCurrentCgroupId));
            case SystemValue.ProcessName:
                return new DeferredOperand(type,
                    place => _b.Call(HelperId.GetCurrentComm, AddressAt(place), _b.Constant(type.Size)),
                    FillsPlace: true);
            case SystemValue.KernelStack or SystemValue.UserStack:
                return LowerStack(system);
            default:
                throw new UnreachableException($"{system.Value}");
        }
    }

    // The id of the stack in the program's own map of stacks, and whose process it is.
    private PiecesOperand LowerStack(BoundSystemValue system)
    {
        const long reuseSlot = 1 << 10; // BPF_F_REUSE_STACKID: of two stacks with one hash, the newer stays
        const long userStack = 1 << 8; // BPF_F_USER_STACK
        var user = system.Value == SystemValue.UserStack;
        var id = _b.Call(HelperId.GetStackId, _context, _b.MapAddress(_resources.StackMap!.Value),
            _b.Constant(reuseSlot | (user ? userStack : 0)));
        var process = user ? _b.Make(Op.Shr, _b.Call(HelperId.GetCurrentPidTgid), _b.Constant(32)) : _b.Constant(0);
        return new PiecesOperand(StackType.Instance, [new Piece(0, 4, id), new Piece(4, 4, process)]);
    }

    // ---- output

    private void LowerOutput(BoundOutput output)
    {
        var (type, number) = (output.Record.Struct, output.Number);
        const int header = ProgramResources.RecordHeader;
        var size = type.Size + header;
        var values = new List<(StructField Field, Operand Value)>();
        foreach (var (field, value) in output.Record.Fields)
            values.Add((field, LowerOutputField(value, field.Type, isUndisturbed: output.CallCount == 0)));

        if (_b.Current is null) return;
        var events = _b.MapAddress(_resources.EventMap!.Value);
        var record = _resources.ScratchMap is { } scratch
            ? LookupKey(scratch, 0)
            : _b.Call(HelperId.RingbufReserve, events, _b.Constant(size), _b.Constant(0));
        var (there, lost, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(record, there, lost);
        Start(there);
        var place = new Place(MemoryRegion.Map, record, 0);
        _b.Store(place.Region, record, 0, header, _b.Constant(number));
        ZeroGaps(type, values.Select(v => v.Field), place.At(header));
        foreach (var (field, value) in values) Store(field.Type, place.At(header + field.Offset), value);
        if (_resources.ScratchMap is null)
        {
            _b.Call(HelperId.RingbufSubmit, record, _b.Constant(0));
            Jump(after);
        }
        else
        {
            const long thisProcessor = 0xffffffff; // BPF_F_CURRENT_CPU
            var refused = _b.Call(HelperId.PerfEventOutput, _context, events, _b.Constant(thisProcessor), record,
                _b.Constant(size));
            BranchIfNotZero(refused, lost, after);
        }

        Start(lost);
        var count = _resources.Lost!;
        _b.Store(MemoryRegion.Map, _b.MapValueAddress(count.Map), count.Offset, 8, _b.Constant(1), Op.AtomicAdd);
        Jump(after);
        Start(after);
    }

    // What is large and may be absent goes from its entry into the record, not by way of the stack, which has no room
    // for many: where nothing else in the record can change the entry meanwhile.
    private Operand LowerOutputField(BoundExpression value, EbpfType type, bool isUndisturbed)
    {
        const int large = 64;
        if (type.Size <= large || value is not (BoundFieldAccess or BoundMapEntry) || value.Type != type
            || !isUndisturbed)
        {
            return LowerExpression(value);
        }

        var reference = Locate(value);
        if (!reference.Guarded) return LoadReference(reference);
        return new DeferredOperand(type, place =>
        {
            var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
            BranchIfNotZero(reference.Place.Pointer, present, absent);
            Start(present);
            // Each word is stored before the next is loaded: so many have no place in registers.
            var from = reference.Place;
            foreach (var (offset, size) in PieceLayout(type.Size, Math.Min(AlignmentOf(place), AlignmentOf(from))))
            {
                _b.Store(place.Region, place.Pointer, place.Offset + offset, size,
                    _b.Load(from.Region, from.Pointer, from.Offset + offset, size));
            }

            Jump(after);
            Start(absent);
            Zero(place, type.Size);
            Jump(after);
            Start(after);
        }, FillsPlace: true);
    }

    private void LowerDebug(BoundDebug debug)
    {
        var values = debug.Values.Select(LowerExpression).ToList();
        var bytes = Encoding.UTF8.GetBytes(debug.Format + "\n\0");
        var place = StackPlace(Temporary(bytes.Length));
        Store(new BytesType(bytes.Length), place, BytesOf(new BytesType(bytes.Length), bytes));
        var arguments = values.Select(v => v switch
        {
            ScalarOperand scalar => scalar.Value,
            { Type: StringType } text => AddressAt(InMemory(text).Place),
            _ => Pieces(v, [(0, Math.Min(v.Type.Size, 8) is var size && size == 6 ? 4 : size)])[0].Value,
        });
        _b.Call(HelperId.TracePrintk, [place.Pointer, _b.Constant(bytes.Length), .. arguments]);
    }
}
