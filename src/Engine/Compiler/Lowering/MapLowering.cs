namespace EbpfCat.Compiler;

/// <summary>Lowers accesses to maps, maps of maps and shared variables.</summary>
internal sealed class MapLowering(LoweringContext context)
{
    private const long NoExist = 1; // BPF_NOEXIST
    private const long Exist = 2; // BPF_EXIST

    private readonly IrBuilder _b = context.Builder;
    private readonly MemoryLowering _memory = context.Memory;
    private readonly LocalLowering _locals = context.Locals;
    private readonly PacketLowering _packet = context.Packet;

    public static bool IsArray(Map map) => map.Type is MapType.Array or MapType.PerCpuArray;

    // ---- places

    public PlaceReference LocateVariable(VariableLocation location, bool insert)
    {
        var variable = location.Variable;
        switch (variable.Storage)
        {
            case VariableStorage.Array:
                // One address for all the variables of the map: the offset goes into the access.
                var address = _b.MapValueAddress(location.Map);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, address, location.Offset),
                    Guarded: false, Shared: true);
            case VariableStorage.PerCpu:
                var pointer = LookupKey(location.Map, location.Key);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, pointer, location.Offset),
                    Guarded: true, Shared: false);
            default:
                var entry = LookupKey(location.Map, location.Key);
                if (insert)
                {
                    entry = InsertIfNull(entry, _b.MapAddress(location.Map), KeyOf(location.Key), 4,
                        ScalarType.UInt64);
                }

                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, entry, 0), Guarded: true,
                    Shared: true);
        }
    }

    /// <summary>Locates the entry of a key; the pointer is null where there is none.</summary>
    /// <param name="bound">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="insert">Whether to insert an absent entry; the map may be full.</param>
    public PlaceReference LocateEntry(BoundMap bound, BoundExpression key, bool insert)
    {
        var (index, map) = bound;
        var address = AddressOf(key, map.Key!);
        return EntryPlace(map, Entry(
            _b.MapAddress(index), map, address, map.Key!.Size, insert, context.Resources.FullCount(index)));
    }

    // A lookup in the outer map gives the address of the inner map or null. Where it is null, so is that of the entry.
    public PlaceReference LocateInnerEntry(BoundInnerEntry entry, bool insert) => EntryPlace(entry.Inner,
        InInnerMap(entry, map => Entry(map, entry.Inner, AddressOf(entry.Key, entry.Inner.Key!), 0, insert)));

    private static PlaceReference EntryPlace(Map map, Value pointer) =>
        new(map.Value!, new Place(MemoryRegion.Map, pointer, 0), Guarded: true, Shared: !map.IsPerCpu);

    /// <summary>Looks up an entry whose key is a number.</summary>
    public Value LookupKey(int map, int key) => Lookup(_b.MapAddress(map), KeyOf(key), 4);

    // The size of the key tells the optimizer which bytes it is; 0 where the map is not known.
    private Value Lookup(Value map, Value key, int keySize) =>
        _b.CallWithKey(HelperId.MapLookup, keySize, map, key);

    private Value Entry(
        Value address, Map map, Value key, int keySize, bool insert, VariableLocation? fullCount = null)
    {
        var pointer = Lookup(address, key, keySize);
        return insert && !IsArray(map)
            ? InsertIfNull(pointer, address, key, keySize, map.Value!, fullCount) : pointer;
    }

    // Another processor may insert at the same moment: the second lookup finds its entry.
    private Value InsertIfNull(
        Value pointer, Value map, Value key, int keySize, EbpfType type, VariableLocation? fullCount = null)
    {
        if (_b.Current is not { } found) return pointer;
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(pointer, after, absent);
        _b.Start(absent);
        // Only this update has a key size: its result is not used, so the optimizer may remove it.
        _b.CallWithKey(HelperId.MapUpdate, keySize, map, key, Zeros(type.Size), _b.Constant(NoExist));
        var inserted = Lookup(map, key, keySize);
        if (fullCount is null)
        {
            _b.Jump(after);
            _b.Start(after);
            return _b.Phi((found, pointer), (absent, inserted));
        }

        var full = _b.NewBlock();
        _b.Branch(Comparison.Equal, inserted, _b.Constant(0), full, after);
        _b.Start(full);
        Count(fullCount);
        var nothing = _b.Constant(0);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((found, pointer), (absent, inserted), (full, nothing));
    }

    /// <summary>Adds 1 to a variable of the program that user space reads, such as a count of losses.</summary>
    public void Count(VariableLocation count) =>
        _b.Store(MemoryRegion.Map, _b.MapValueAddress(count.Map), count.Offset, 8, _b.Constant(1), Op.AtomicAdd);

    // Uses an inner map; the result is 0 where there is none.
    private Value InInnerMap(BoundInnerEntry entry, Func<Value, Value> use)
    {
        var (index, outer) = entry.Outer;
        var map = _b.Call(HelperId.MapLookup, _b.MapAddress(index), AddressOf(entry.OuterKey, outer.Key!));
        return _b.IfNotZero(map, () => use(map));
    }

    private Value AddressOf(BoundExpression expression, EbpfType type) =>
        context.Expressions.LowerAddress(expression, type);

    private Value KeyOf(int key)
    {
        var place = _memory.Temporary(4);
        _b.Store(place, 4, _b.Constant(key));
        return place.Pointer;
    }

    // On the stack, or in memory of the program that is never written where the stack has no room.
    private Value Zeros(int bytes)
    {
        if (context.Resources.Zeros is { } zeros && bytes > ProgramResources.MaxZerosOnStack)
            return _b.MapValueAddress(zeros.Map, zeros.Offset);
        return ZeroedTemporary(bytes).Pointer;
    }

    private Place ZeroedTemporary(int bytes)
    {
        var place = _memory.Temporary(bytes);
        _memory.Zero(place, StackSlot.RoomFor(bytes));
        return place;
    }

    // ---- operations

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
        _b.BranchIfNotZero(Lookup(_b.MapAddress(index), key, map.Key!.Size), whenTrue, whenFalse);
    }

    public void AssignEntry(BoundMapEntry entry, BoundExpression value)
    {
        var (index, map) = entry.Map;
        // The value before the key: both may use temporaries, and the call needs both at once.
        var bytes = AddressOf(value, map.Value!);
        var key = AddressOf(entry.Key, map.Key!);
        CountIfFull(index, Update(_b.MapAddress(index), key, bytes));
    }

    // A result other than 0 is an error.
    private void CountIfFull(int map, Value result)
    {
        if (context.Resources.FullCount(map) is not { } count) return;
        var (full, after) = (_b.NewBlock(), _b.NewBlock());
        _b.BranchIfNotZero(result, full, after);
        _b.Start(full);
        Count(count);
        _b.Jump(after);
        _b.Start(after);
    }

    public void AssignInnerEntry(BoundInnerEntry entry, BoundExpression value)
    {
        var bytes = AddressOf(value, entry.Inner.Value!);
        InInnerMap(entry, map => Update(map, AddressOf(entry.Key, entry.Inner.Key!), bytes));
    }

    private Value Update(Value map, Value key, Value value, long flags = 0) =>
        _b.Call(HelperId.MapUpdate, map, key, value, _b.Constant(flags));

    public Operand LowerCall(BoundMapCall call)
    {
        var ((index, map), arguments) = (call.Map, call.Arguments);
        switch (call.Operation)
        {
            case MapOperation.Remove:
                return Succeeded(_b.Call(HelperId.MapDelete, _b.MapAddress(index), AddressOf(arguments[0], map.Key!)));
            case MapOperation.Add or MapOperation.Replace or MapOperation.Set:
                var flags = call.Operation switch
                {
                    MapOperation.Add => NoExist,
                    MapOperation.Replace => Exist,
                    _ => 0,
                };
                var key = AddressOf(arguments[0], map.Key!);
                var value = AddressOf(arguments[1], map.Value!);
                var result = Update(_b.MapAddress(index), key, value, flags);
                if (call.Operation == MapOperation.Set) CountIfFull(index, result);
                return Succeeded(result);
            case MapOperation.Push:
                return Succeeded(_b.Call(HelperId.MapPush, _b.MapAddress(index), AddressOf(arguments[0], map.Value!),
                    _b.Constant(0)));
            case MapOperation.Pop when map.Key is not null:
                return PopKey(call);
            case MapOperation.Pop:
                return Take(call.Map, HelperId.MapPop);
            case MapOperation.Peek:
                return Take(call.Map, HelperId.MapPeek);
            case MapOperation.Redirect:
                var to = context.Expressions.LowerScalar(arguments[0]).Value;
                var otherwise = arguments.Count < 2
                    ? _b.Constant(0)
                    : context.Expressions.LowerScalar(arguments[1]).Value;
                return new ScalarOperand(ScalarType.Int64,
                    _b.Call(HelperId.RedirectMap, _b.MapAddress(index), to, otherwise));
            case MapOperation.TailCall:
                var failed = _b.Call(HelperId.TailCall, context.ContextPointer, _b.MapAddress(index),
                    context.Expressions.LowerScalar(arguments[0]).Value);
                _packet.Reload();
                return Succeeded(failed);
            default:
                throw new UnreachableException($"{call.Operation}");
        }
    }

    // A helper returns 0 for success.
    private ScalarOperand Succeeded(Value result) => new(ScalarType.Boolean,
        _b.Select(Comparison.NotEqual, result, _b.Constant(0), _b.Constant(0), _b.Constant(1)));

    // Removes an entry of a hash and gives its value; zero where there is none.
    private Operand PopKey(BoundMapCall call)
    {
        var (index, map) = call.Map;
        var key = AddressOf(call.Arguments[0], map.Key!);
        var pointer = Lookup(_b.MapAddress(index), key, map.Key!.Size);
        var holder = new BoundLocal("popped", call.Type);
        var storage = _locals.StorageOf(holder, wholeWrite: false);
        foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        _b.IfNotZero(pointer, () =>
        {
            _locals.Assign(holder, _memory.Load(map.Value!, new Place(MemoryRegion.Map, pointer, 0)));
            _b.Call(HelperId.MapDelete, _b.MapAddress(index), key);
        });
        return _locals.Read(holder);
    }

    // Takes a value from a queue or stack; zero where it is empty.
    private Operand Take(BoundMap bound, int helper)
    {
        var (index, map) = bound;
        var place = ZeroedTemporary(map.Value!.Size);
        _b.Call(helper, _b.MapAddress(index), place.Pointer);
        return _memory.Load(map.Value, place);
    }
}
