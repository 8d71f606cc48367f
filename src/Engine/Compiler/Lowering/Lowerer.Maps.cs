using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

internal sealed partial class Lowerer
{
    private const long NoExist = 1; // BPF_NOEXIST
    private const long Exist = 2; // BPF_EXIST

    private Value MapAddress(Map map, SourceSpan? source) => _b.MapAddress(_resources.IndexOf(map, source));

    private static bool IsArray(Map map) => map.Type is MapType.Array or MapType.PerCpuArray;

    private static bool IsPerCpu(Map map) => map.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash;

    private PlaceReference LocateVariable(Variable variable, SourceSpan? source, bool insert)
    {
        var location = _resources.Locate(variable, source);
        switch (variable.Storage)
        {
            case VariableStorage.Array:
                // One address for all the variables of the map: the offset goes into the access.
                var address = _b.MapValueAddress(location.Map);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, address, location.Offset), false, Shared: true);
            case VariableStorage.PerCpu:
                var pointer = LookupKey(location.Map, location.Key);
                return new PlaceReference(variable.Type, new Place(MemoryRegion.Map, pointer, location.Offset), true, Shared: false);
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
    private Value AddressOf(Expression expression, EbpfType? type, SourceSpan? source)
    {
        if (type is null) throw Error("NoKey", "This kind of map has no keys.", source, "Use Push, Pop and Peek.");
        if (expression is StructExpression record && type is StructType wanted)
        {
            return AddressAt(StructInTemporary(record, wanted).Place);
        }

        var operand = LowerExpression(expression);
        return AddressOf(operand, type, source ?? expression.Source);
    }

    private Value AddressOf(Operand operand, EbpfType type, SourceSpan? source)
    {
        // Helpers take no address in what a program is given, nor in what the kernel lets it load from directly.
        if (operand.Type == type && operand is MemoryOperand { Place: { Region: not (MemoryRegion.Context or MemoryRegion.Kernel) } there }) return AddressAt(there);
        var place = StackPlace(Temporary(type.Size));
        StoreWhole(type, place, operand is ScalarOperand && type is ScalarType scalar ? Convert(operand, Typer.Plain(scalar)!, source) : operand, source);
        return place.Pointer;
    }

    private Value AddressAt(Place place) => _b.Make(Op.Add, place.Pointer, _b.Constant(place.Offset));

    private PlaceReference LocateEntry(MapEntryExpression entry, bool insert)
    {
        var map = entry.Map;
        if (map.Value is null || map.Key is null)
        {
            throw Error("NoKey", $"The map '{map.Name}' of type {map.Type} has no keys.", entry.Source, "Use Push, Pop and Peek.");
        }

        if (IsOfMaps(map))
        {
            throw Error("NotAValue", $"An entry of '{map.Name}' is a map, not a value.", entry.Source,
                $"Write ${map.Name}[key][key] for the value in it, or key -in ${map.Name} to ask whether it is there.");
        }

        var key = AddressOf(entry.Key, map.Key, entry.Source);
        var index = _resources.IndexOf(map, entry.Source);
        var pointer = Lookup(index, key, map.Key.Size);
        if (insert && !IsArray(map)) pointer = InsertIfNull(pointer, index, key, map.Key.Size, map.Value);
        return new PlaceReference(map.Value, new Place(MemoryRegion.Map, pointer, 0), true, Shared: !IsPerCpu(map));
    }

    // Another processor may insert at the same moment: whoever comes second finds the first one's entry when asking again.
    private Value InsertIfNull(Value pointer, int map, Value key, int keySize, EbpfType type)
    {
        if (_b.Current is null) return pointer;
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        var found = _b.Current;
        BranchIfNotZero(pointer, after, absent);
        Start(absent);
        // Only this call has a key size: what it gives is not asked for, so that one that changes nothing can be left out.
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

    private void LowerContains(MapContainsExpression contains, Block whenTrue, Block whenFalse)
    {
        var map = contains.Map;
        if (map.Type is MapType.BloomFilter)
        {
            // A bloom filter is peeked at with a value: 0 says that it may be there.
            var value = AddressOf(contains.Key, map.Value, contains.Source);
            BranchIfNotZero(_b.Call(HelperId.MapPeek, MapAddress(map, contains.Source), value), whenFalse, whenTrue);
            return;
        }

        var key = AddressOf(contains.Key, map.Key, contains.Source);
        BranchIfNotZero(Lookup(_resources.IndexOf(map, contains.Source), key, map.Key!.Size), whenTrue, whenFalse);
    }

    private Operand LowerMapCall(MapCallExpression call)
    {
        var map = call.Map;
        var arguments = call.Arguments;
        void Want(int least, int most)
        {
            if (arguments.Count < least || arguments.Count > most)
            {
                throw Error("WrongArgumentCount", $"{call.Operation} takes {(least == most ? least : $"{least} or {most}")} arguments, not {arguments.Count}.", call.Source);
            }
        }

        switch (call.Operation)
        {
            case MapOperation.Remove:
                Want(1, 1);
                return Succeeded(_b.Call(HelperId.MapDelete, MapAddress(map, call.Source), AddressOf(arguments[0], map.Key, call.Source)));
            case MapOperation.Add or MapOperation.Replace or MapOperation.Set:
                Want(2, 2);
                var flags = call.Operation == MapOperation.Add ? NoExist : call.Operation == MapOperation.Replace ? Exist : 0;
                var key = AddressOf(arguments[0], map.Key, call.Source);
                var value = AddressOf(arguments[1], map.Value, call.Source);
                return Succeeded(_b.Call(HelperId.MapUpdate, MapAddress(map, call.Source), key, value, _b.Constant(flags)));
            case MapOperation.Push:
                Want(1, 1);
                return Succeeded(_b.Call(HelperId.MapPush, MapAddress(map, call.Source), AddressOf(arguments[0], map.Value, call.Source), _b.Constant(0)));
            case MapOperation.Pop when map.Key is not null:
                Want(1, 1);
                return PopKey(map, arguments[0], call);
            case MapOperation.Pop or MapOperation.Peek:
                Want(0, 0);
                return Taken(map, call.Operation == MapOperation.Pop ? HelperId.MapPop : HelperId.MapPeek, call);
            case MapOperation.Redirect:
                Want(1, 2);
                var index = LowerScalar(arguments[0]).Value;
                var otherwise = arguments.Count < 2 ? _b.Constant(0) : LowerScalar(arguments[1]).Value;
                return new ScalarOperand(ScalarType.Int64, _b.Call(HelperId.RedirectMap, MapAddress(map, call.Source), index, otherwise));
            case MapOperation.Observe:
                Want(2, 2);
                return LowerObserve(call);
            case MapOperation.TailCall:
                Want(1, 1);
                var failed = _b.Call(
                    HelperId.TailCall, _context, MapAddress(map, call.Source), ProgramIndex(map, arguments[0]));
                ReloadPacketPointers();
                return Succeeded(failed);
            default:
                throw Error("UnsupportedOperation", $"{call.Operation} does not work on a map of type {map.Type}.", call.Source);
        }
    }

    // A program by its index, or by the name that the map's keys have for it.
    private Value ProgramIndex(Map map, Expression program)
    {
        if (program is not ConstantExpression { Value: string name }) return LowerScalar(program).Value;
        if (map.Key is EnumType names)
        {
            return _b.Constant((long)(names.FindValue(name) ?? throw Error("UnknownProgram", $"The map '{map.Name}' has no program '{name}'.",
                program.Source, SimilarNames.Sentence(name, [.. names.Members.Select(member => member.Key)]))));
        }

        throw Error("UnknownProgram", $"The programs of the map '{map.Name}' have no names.", program.Source,
            "Give their names with Add-EbpfMap -Programs, or call one by its index.");
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
    private Operand PopKey(Map map, Expression keyExpression, MapCallExpression call)
    {
        var key = AddressOf(keyExpression, map.Key, call.Source);
        var pointer = Lookup(_resources.IndexOf(map, call.Source), key, map.Key!.Size);
        var holder = new Local("popped", Typer.Plain(map.Value));
        var storage = StorageOf(holder, wholeWrite: false);
        foreach (var piece in storage.Pieces) _b.Write(piece, _b.Constant(0));
        var (present, after) = (_b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(pointer, present, after);
        Start(present);
        Assign(holder, Load(map.Value!, new Place(MemoryRegion.Map, pointer, 0)), call.Source);
        _b.Call(HelperId.MapDelete, MapAddress(map, call.Source), key);
        Jump(after);
        Start(after);
        return ReadLocal(holder);
    }

    private Operand Taken(Map map, int helper, MapCallExpression call)
    {
        var place = StackPlace(Temporary(map.Value!.Size));
        foreach (var (offset, size) in PieceLayout(StackSlot.RoomFor(map.Value.Size), 8)) _b.Store(place.Region, place.Pointer, offset, size, _b.Constant(0));
        _b.Call(helper, MapAddress(map, call.Source), place.Pointer);
        // Copied out: the temporary is used again.
        var loaded = Load(map.Value, place);
        return loaded;
    }
}
