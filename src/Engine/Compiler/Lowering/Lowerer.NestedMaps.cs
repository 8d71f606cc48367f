using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>
/// Maps of maps. A lookup in the outer map gives the inner map's address or null, and behind the test of that the inner
/// map is one like any other; where it is null, so is the address of the entry.
/// </content>
internal sealed partial class Lowerer
{
    private PlaceReference LocateInnerEntry(BoundInnerEntry entry, bool insert)
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

    private void AssignInnerEntry(BoundInnerEntry entry, BoundExpression value)
    {
        var inner = entry.Inner;
        var bytes = AddressOf(value, inner.Value!);
        InInnerMap(entry, map =>
            _b.Call(HelperId.MapUpdate, map, AddressOf(entry.Key, inner.Key!), bytes, _b.Constant(0)));
    }

    /// <summary>What is made of the inner map; 0 where there is none.</summary>
    private Value InInnerMap(BoundInnerEntry entry, Func<Value, Value> use)
    {
        var (index, outer) = entry.Outer;
        var map = _b.Call(HelperId.MapLookup, _b.MapAddress(index), AddressOf(entry.OuterKey, outer.Key!));
        if (_b.Current is not { } before) return map;
        var (present, absent, after) = (_b.NewBlock(), _b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(map, present, absent);
        Start(absent);
        Jump(after);
        Start(present);
        var used = use(map);
        var end = _b.Current;
        Jump(after);
        Start(after);
        return end is null ? _b.Constant(0) : _b.Phi((absent, _b.Constant(0)), (end, used));
    }

    private Value InsertIfNull(Value pointer, Value map, Value key, EbpfType type)
    {
        if (_b.Current is not { } found) return pointer;
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        BranchIfNotZero(pointer, after, absent);
        Start(absent);
        _b.Call(HelperId.MapUpdate, map, key, Zeros(type.Size), _b.Constant(NoExist));
        var inserted = _b.Call(HelperId.MapLookup, map, key);
        Jump(after);
        Start(after);
        return _b.Phi((found, pointer), (absent, inserted));
    }
}
