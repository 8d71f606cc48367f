using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private const long NoExist = 1; // BPF_NOEXIST
    private const long Exist = 2; // BPF_EXIST

    private static bool IsArray(Map map) => map.Type is MapType.Array or MapType.PerCpuArray;

    private static bool IsPerCpu(Map map) =>
        map.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    private PlaceReference LocateVariable(VariableLocation location, bool insert)
    {
        var variable = location.Variable;
        switch (variable.Storage)
        {
            case VariableStorage.Array:
                // One address for all the variables of the map: the offset goes into the access.
                var address = _b.MapValueAddress(location.Map);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, address, location.Offset), false,
                    Shared: true);
            case VariableStorage.PerCpu:
                var pointer = LookupKey(location.Map, location.Key);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, pointer, location.Offset), true,
                    Shared: false);
            default:
                var entry = LookupKey(location.Map, location.Key);
                if (insert) entry = InsertIfNull(entry, location.Map, KeyOf(location.Key), 4, ScalarType.UInt64);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, entry, 0), true, Shared: true);
        }
    }

    private Value KeyOf(int key)
    {
        var place = StackPlace(Temporary(4));
        _b.Store(place.Region, place.Pointer, 0, 4, _b.Constant(key));
        return place.Pointer;
    }

    private Value Lookup(int map, Value key, int keySize) =>
        _b.CallWithKey(HelperId.MapLookup, keySize, _b.MapAddress(map), key);

    private Value LookupKey(int map, int key) =>
        Lookup(map, KeyOf(key), 4);

    /// <summary>The address of a key's or value's bytes.</summary>
    private Value AddressOf(BoundExpression expression, EbpfType type) =>
        expression is BoundStruct record && record.Type == type
        ? AddressAt(StructInTemporary(record).Place)
        : AddressOf(LowerExpression(expression), type);

    private Value AddressOf(Operand operand, EbpfType type)
    {
        // Helpers take no address in what a program is given, nor in what the kernel lets it load from directly.
        if (operand.Type == type && operand is MemoryOperand { Place: var there }
            && there.Region is not (MemoryRegion.Context or MemoryRegion.Kernel))
        {
            return AddressAt(there);
        }

        var place = StackPlace(Temporary(type.Size));
        StoreWhole(type, place, operand is ScalarOperand && type is ScalarType scalar
            ? Convert(operand, Typer.Plain(scalar)!)
            : operand);
        return place.Pointer;
    }

    private Value AddressAt(Place place) => _b.Make(Op.Add, place.Pointer, _b.Constant(place.Offset));

    private PlaceReference LocateEntry(BoundMap bound, BoundExpression keyExpression, bool insert)
    {
        var (index, map) = bound;
        var key = AddressOf(keyExpression, map.Key!);
        var pointer = Lookup(index, key, map.Key!.Size);
        if (insert && !IsArray(map)) pointer = InsertIfNull(pointer, index, key, map.Key.Size, map.Value!);
        return new PlaceReference(map.Value!, new Place(MemoryRegion.Map, pointer, 0), true, Shared: !IsPerCpu(map));
    }

    // Another processor may insert at the same moment: whoever comes second finds the first one's entry when asking
    // again.
    private Value InsertIfNull(Value pointer, int map, Value key, int keySize, EbpfType type)
    {
        if (_b.Current is null) return pointer;
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        var found = _b.Current;
        BranchIfNotZero(pointer, after, absent);
        Start(absent);
        // Only this call has a key size: what it gives is not asked for, so that one that changes nothing can be left
        // out.
        _b.CallWithKey(HelperId.MapUpdate, keySize, _b.MapAddress(map), key, Zeros(type.Size), _b.Constant(NoExist));
        var inserted = Lookup(map, key, keySize);
        Jump(after);
        Start(after);
        return _b.Phi((found, pointer), (absent, inserted));
    }

    // On the stack, unless they are too many: then in the program's own memory, where nothing is ever written.
    private Value Zeros(int bytes)
    {
        if (_resources.Zeros is { } zeros && bytes > ProgramResources.MaxZerosOnStack)
            return _b.MapValueAddress(zeros.Map, zeros.Offset);
        var place = StackPlace(Temporary(bytes));
        Zero(place, StackSlot.RoomFor(bytes));
        return place.Pointer;
    }

    private void LowerContains(BoundMapTest contains, Block whenTrue, Block whenFalse)
    {
        var (index, map) = contains.Map;
        if (map.Type is MapType.BloomFilter)
        {
            // A bloom filter is peeked at with a value: 0 says that it may be there.
            var value = AddressOf(contains.Key, map.Value!);
            BranchIfNotZero(_b.Call(HelperId.MapPeek, _b.MapAddress(index), value), whenFalse, whenTrue);
            return;
        }

        var key = AddressOf(contains.Key, map.Key!);
        BranchIfNotZero(Lookup(index, key, map.Key!.Size), whenTrue, whenFalse);
    }

    private Operand LowerMapCall(BoundMapCall call)
    {
        var ((index, map), arguments) = (call.Map, call.Arguments);
        switch (call.Operation)
        {
            case MapOperation.Remove:
                return Succeeded(_b.Call(HelperId.MapDelete, _b.MapAddress(index), AddressOf(arguments[0], map.Key!)));
            case MapOperation.Add or MapOperation.Replace or MapOperation.Set:
                var flags = call.Operation == MapOperation.Add
                    ? NoExist
                    : call.Operation == MapOperation.Replace
                    ? Exist
                    : 0;
                var key = AddressOf(arguments[0], map.Key!);
                var value = AddressOf(arguments[1], map.Value!);
                return Succeeded(_b.Call(HelperId.MapUpdate, _b.MapAddress(index), key, value, _b.Constant(flags)));
            case MapOperation.Push:
                return Succeeded(_b.Call(HelperId.MapPush, _b.MapAddress(index), AddressOf(arguments[0], map.Value!),
                    _b.Constant(0)));
            case MapOperation.Pop when map.Key is not null:
                return PopKey(call);
            case MapOperation.Pop or MapOperation.Peek:
                return Taken(call.Map, call.Operation == MapOperation.Pop ? HelperId.MapPop : HelperId.MapPeek);
            case MapOperation.Redirect:
                var to = LowerScalar(arguments[0]).Value;
                var otherwise = arguments.Count < 2 ? _b.Constant(0) : LowerScalar(arguments[1]).Value;
                return new ScalarOperand(ScalarType.Int64,
                    _b.Call(HelperId.RedirectMap, _b.MapAddress(index), to, otherwise));
            case MapOperation.Observe:
                return LowerObserve(call);
            case MapOperation.TailCall:
                var failed = _b.Call(HelperId.TailCall, _context, _b.MapAddress(index),
                    LowerScalar(arguments[0]).Value);
                ReloadPacketPointers();
                return Succeeded(failed);
            default:
                throw new UnreachableException($"{call.Operation}");
        }
    }

    // A helper returns 0 for success.
    private ScalarOperand Succeeded(Value result)
    {
        if (_b.Current is null) return new ScalarOperand(ScalarType.Boolean, _b.Constant(0));
        var (yes, no, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(result, no, yes);
        Start(yes);
        Jump(after);
        Start(no);
        Jump(after);
        Start(after);
        return new ScalarOperand(ScalarType.Boolean, _b.Phi((yes, _b.Constant(1)), (no, _b.Constant(0))));
    }

    // Takes the value out of a hash: read, then removed. Zero where there is none.
    private Operand PopKey(BoundMapCall call)
    {
        var (index, map) = call.Map;
        var key = AddressOf(call.Arguments[0], map.Key!);
        var pointer = Lookup(index, key, map.Key!.Size);
        var holder = new BoundLocal("popped", call.Type);
        var storage = StorageOf(holder, wholeWrite: false);
        foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(pointer, present, after);
        Start(present);
        Assign(holder, Load(map.Value!, new Place(MemoryRegion.Map, pointer, 0)));
        _b.Call(HelperId.MapDelete, _b.MapAddress(index), key);
        Jump(after);
        Start(after);
        return ReadLocal(holder);
    }

    private Operand Taken(BoundMap bound, int helper)
    {
        var (index, map) = bound;
        var place = StackPlace(Temporary(map.Value!.Size));
        foreach (var (offset, size) in PieceLayout(StackSlot.RoomFor(map.Value.Size), 8))
        {
            _b.Store(place.Region, place.Pointer, offset, size, _b.Constant(0));
        }

        _b.Call(helper, _b.MapAddress(index), place.Pointer);
        // Copied out: the temporary is used again.
        var loaded = Load(map.Value, place);
        return loaded;
    }
}
