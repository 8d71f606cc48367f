using System.Diagnostics;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers accesses to maps and shared variables.</summary>
internal sealed class MapLowering(LoweringContext context)
{
    private const long NoExist = 1; // BPF_NOEXIST
    private const long Exist = 2; // BPF_EXIST

    private readonly IrBuilder _b = context.Builder;

    private Value AddressOf(BoundExpression expression, EbpfType type) => context.Places.AddressOf(expression, type);

    public static bool IsArray(Map map) => map.Type is MapType.Array or MapType.PerCpuArray;

    private static bool IsPerCpu(Map map) =>
        map.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    public PlaceReference LocateVariable(VariableLocation location, bool insert)
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
        var place = context.Memory.Temporary(4);
        _b.Store(place.Region, place.Pointer, 0, 4, _b.Constant(key));
        return place.Pointer;
    }

    private Value Lookup(int map, Value key, int keySize) =>
        _b.CallWithKey(HelperId.MapLookup, keySize, _b.MapAddress(map), key);

    public Value LookupKey(int map, int key) =>
        Lookup(map, KeyOf(key), 4);

    public PlaceReference LocateEntry(BoundMap bound, BoundExpression keyExpression, bool insert)
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
        _b.BranchIfNotZero(pointer, after, absent);
        _b.Start(absent);
        // Only this call has a key size: what it gives is not asked for, so that one that changes nothing can be left
        // out.
        _b.CallWithKey(HelperId.MapUpdate, keySize, _b.MapAddress(map), key, Zeros(type.Size), _b.Constant(NoExist));
        var inserted = Lookup(map, key, keySize);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((found, pointer), (absent, inserted));
    }

    // On the stack, unless they are too many: then in the program's own memory, where nothing is ever written.
    private Value Zeros(int bytes)
    {
        if (context.Resources.Zeros is { } zeros && bytes > ProgramResources.MaxZerosOnStack)
            return _b.MapValueAddress(zeros.Map, zeros.Offset);
        var place = context.Memory.Temporary(bytes);
        context.Memory.Zero(place, StackSlot.RoomFor(bytes));
        return place.Pointer;
    }

    public void LowerContains(BoundMapTest contains, Block whenTrue, Block whenFalse)
    {
        var (index, map) = contains.Map;
        if (map.Type is MapType.BloomFilter)
        {
            // A bloom filter is peeked at with a value: 0 says that it may be there.
            var value = AddressOf(contains.Key, map.Value!);
            _b.BranchIfNotZero(_b.Call(HelperId.MapPeek, _b.MapAddress(index), value), whenFalse, whenTrue);
            return;
        }

        var key = AddressOf(contains.Key, map.Key!);
        _b.BranchIfNotZero(Lookup(index, key, map.Key!.Size), whenTrue, whenFalse);
    }

    public Operand LowerCall(BoundMapCall call)
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
                var to = context.Expressions.LowerScalar(arguments[0]).Value;
                var otherwise = arguments.Count < 2
                    ? _b.Constant(0)
                    : context.Expressions.LowerScalar(arguments[1]).Value;
                return new ScalarOperand(ScalarType.Int64,
                    _b.Call(HelperId.RedirectMap, _b.MapAddress(index), to, otherwise));
            case MapOperation.Observe:
                return context.Aggregates.Lower(call);
            case MapOperation.TailCall:
                var failed = _b.Call(HelperId.TailCall, context.ContextPointer, _b.MapAddress(index),
                    context.Expressions.LowerScalar(arguments[0]).Value);
                context.Packet.Reload();
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
        _b.BranchIfNotZero(result, no, yes);
        _b.Start(yes);
        _b.Jump(after);
        _b.Start(no);
        _b.Jump(after);
        _b.Start(after);
        return new ScalarOperand(ScalarType.Boolean, _b.Phi((yes, _b.Constant(1)), (no, _b.Constant(0))));
    }

    // Takes the value out of a hash: read, then removed. Zero where there is none.
    private Operand PopKey(BoundMapCall call)
    {
        var (index, map) = call.Map;
        var key = AddressOf(call.Arguments[0], map.Key!);
        var pointer = Lookup(index, key, map.Key!.Size);
        var holder = new BoundLocal("popped", call.Type);
        var storage = context.Locals.StorageOf(holder, wholeWrite: false);
        foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(pointer, present, after);
        _b.Start(present);
        context.Locals.Assign(holder, context.Memory.Load(map.Value!, new Place(MemoryRegion.Map, pointer, 0)));
        _b.Call(HelperId.MapDelete, _b.MapAddress(index), key);
        _b.Jump(after);
        _b.Start(after);
        return context.Locals.Read(holder);
    }

    private Operand Taken(BoundMap bound, int helper)
    {
        var (index, map) = bound;
        var place = context.Memory.Temporary(map.Value!.Size);
        foreach (var (offset, size) in PieceLayout.Of(StackSlot.RoomFor(map.Value.Size), 8))
        {
            _b.Store(place.Region, place.Pointer, offset, size, _b.Constant(0));
        }

        _b.Call(helper, _b.MapAddress(index), place.Pointer);
        // Copied out: the temporary is used again.
        var loaded = context.Memory.Load(map.Value, place);
        return loaded;
    }

    public PlaceReference LocateInnerEntry(BoundInnerEntry entry, bool insert)
    {
        var inner = entry.Inner;
        Value? pointer = null;
        var address = InInnerMap(entry, map =>
        {
            var key = AddressOf(entry.Key, inner.Key!);
            pointer = _b.Call(HelperId.MapLookup, map, key);
            if (insert && !IsArray(inner)) pointer = InsertIfNull(pointer, map, key, inner.Value!);
            return pointer;
        });
        return new PlaceReference(inner.Value!, new Place(MemoryRegion.Map, address, 0), true,
            Shared: !IsPerCpu(inner));
    }

    public void AssignInnerEntry(BoundInnerEntry entry, BoundExpression value)
    {
        var inner = entry.Inner;
        var bytes = AddressOf(value, inner.Value!);
        InInnerMap(entry, map =>
            _b.Call(HelperId.MapUpdate, map, AddressOf(entry.Key, inner.Key!), bytes, _b.Constant(0)));
    }

    public void AssignEntry(BoundMapEntry entry, BoundExpression value)
    {
        var (index, map) = entry.Map;
        // The value before the key: both may use temporaries, and the call wants both at once.
        var valueAddress = AddressOf(value, map.Value!);
        var key = AddressOf(entry.Key, map.Key!);
        _b.Call(HelperId.MapUpdate, _b.MapAddress(index), key, valueAddress, _b.Constant(0));
    }

    /// <summary>What is made of the inner map; 0 where there is none.</summary>
    private Value InInnerMap(BoundInnerEntry entry, Func<Value, Value> use)
    {
        var (index, outer) = entry.Outer;
        var map = _b.Call(HelperId.MapLookup, _b.MapAddress(index), AddressOf(entry.OuterKey, outer.Key!));
        if (_b.Current is not { } before) return map;
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(map, present, absent);
        _b.Start(absent);
        _b.Jump(after);
        _b.Start(present);
        var used = use(map);
        var end = _b.Current;
        _b.Jump(after);
        _b.Start(after);
        return end is null ? _b.Constant(0) : _b.Phi((absent, _b.Constant(0)), (end, used));
    }

    private Value InsertIfNull(Value pointer, Value map, Value key, EbpfType type)
    {
        if (_b.Current is not { } found) return pointer;
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(pointer, after, absent);
        _b.Start(absent);
        _b.Call(HelperId.MapUpdate, map, key, Zeros(type.Size), _b.Constant(NoExist));
        var inserted = _b.Call(HelperId.MapLookup, map, key);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((found, pointer), (absent, inserted));
    }
}
