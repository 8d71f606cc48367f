using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

internal sealed partial class Evaluator
{
    private void Assign(AssignStatement assignment)
    {
        var type = _typer.TypeOf(assignment.Target)!;
        if (assignment.Operator is not { } op)
        {
            var value = Convert(assignment.Value, type);
            Write(assignment.Target, Locate(assignment.Target), value);
            return;
        }

        var right = Evaluate(assignment.Value);
        var place = Locate(assignment.Target);
        var left = Read(place);
        // Both operands are evaluated already, and neither has an effect.
        var combined = Combine(new BinaryExpression(op, assignment.Target, assignment.Value), left, right);
        Write(assignment.Target, place, ReferenceArithmetic.ConvertTo(combined, type));
    }

    // A write to a named field, and no other, corrects checksums.
    private void Write(Expression target, ReferencePlace place, ReferenceValue value)
    {
        if (target is HeaderFieldExpression { HeaderField.Name: not "Checksum" } field && place.Memory is not null)
        {
            ReferenceChecksums.Follow(_packet, _ownChecksums, field.Header.Outer is not null, place.Offset,
                place.Type.Size, () => Write(place, value));
        }
        else
        {
            Write(place, value);
        }
    }

    private ReferencePlace Locate(Expression expression)
    {
        switch (expression)
        {
            case LocalExpression local:
                return new ReferencePlace(TypeOf(local.Local)) { Local = local.Local };
            case VariableExpression variable:
                return new ReferencePlace(variable.Variable.Type) { Memory = _state[variable.Variable] };
            case PacketReadExpression read when !ArePresent(read.Offset):
                return new ReferencePlace(read.Type);
            case PacketReadExpression read:
                var offset = ReferenceArithmetic.ConvertTo(Evaluate(read.Offset), ScalarType.UInt64).Number;
                return InPacket(offset, read.Type, default);
            case PacketVariableExpression { Variable: var variable }:
                return InPacket(variable.Offset, variable.Type, default);
            case HeaderFieldExpression { HeaderField: { IsOffset: true, Type: var number }, Header: var found }:
                return new ReferencePlace(number)
                {
                    Memory = _packet.Find(found) is { } at ? ReferenceValue.Of((ScalarType)number, at).ToBytes() : null,
                };
            case HeaderFieldExpression { HeaderField: { Name: not "Version" } field } ip
                when (ip.Header.Outer ?? ip.Header) == PacketHeaders.IP:
                if (_packet.Find(ip.Header) is not { } first) return new ReferencePlace(field.Type);
                var isIPv4 = _packet.Find(ip.Header.Outer is null
                    ? PacketHeaders.IPv4 : InnerHeaders.Of(PacketHeaders.IPv4)) is not null;
                if (field.Name == "HopLimit") return InPacket(first + (isIPv4 ? 8 : 7), field.Type, default);
                return new ReferencePlace(field.Type)
                {
                    Memory = ReferenceArithmetic.ConvertTo(_packet.AddressOf(first, isIPv4, field.Name) is { } address
                        ? OfAddress(address)
                        : ReferenceValue.Of(ScalarType.Int64, _packet.NumberOf(first, isIPv4, field.Name)), field.Type)
                        .ToBytes(),
                };
            case HeaderFieldExpression { HeaderField: var field } header:
                return _packet.Find(header.Header) is { } start
                    ? InPacket(
                        start + field.Offset, field.Type, new BitField(field.BitOffset, field.BitCount, field.Scale))
                    : new ReferencePlace(field.Type);
            case MapEntryExpression entry:
                var (map, key) = (_state[entry.Map], Key(entry.Map, entry.Key));
                return new ReferencePlace(entry.Map.Value!) { Map = map, Key = key };
            case FieldExpression field:
                var record = Locate(field.Target);
                var part = ((StructType)record.Type).FindField(field.Name)!;
                return record.Part(part.Offset, part.Type);
            case IndexExpression element:
                var whole = Locate(element.Target);
                var type = Typer.ElementOf(whole.Type)!;
                var index = Constants.Integer(element.Index) is { } last && last < 0 && whole.Type is not StringType
                    ? last + (whole.Type.Size / type.Size)
                    : ReferenceArithmetic.ConvertTo(Evaluate(element.Index), ScalarType.UInt64).Number;
                return index >= 0 && index < whole.Type.Size / type.Size
                    ? whole.Part((int)index * type.Size, type)
                    : new ReferencePlace(type);
            default:
                // A value without its own place, such as a call's result, is read from a temporary.
                var value = Evaluate(expression);
                return new ReferencePlace(value.Type) { Memory = value.ToBytes() };
        }
    }

    private ReferencePlace InPacket(Int128 offset, EbpfType type, BitField bits) => _packet.Has(offset, type.Size)
        ? new ReferencePlace(type) { Memory = _packet.Bytes, Offset = (int)offset, Bits = bits }
        : throw new DefaultActionException();

    private ReferenceValue Read(ReferencePlace place)
    {
        var plain = Typer.Plain(place.Type)!;
        if (place.Local is { } local)
        {
            if (!_locals.TryGetValue(local, out var held)) held = ReferenceValue.Zero(TypeOf(local));
            return held.IsNumber ? held : Load(place.Type, held.Bytes.AsSpan(place.Offset));
        }

        var memory = place.Memory ?? place.Map?.Lookup(place.Key);
        if (memory is null) return ReferenceValue.Zero(plain);
        return place.Bits.Extract(Load(place.Type, memory.AsSpan(place.Offset)));
    }

    private void Write(ReferencePlace place, ReferenceValue value)
    {
        if (place.Local is { } local)
        {
            if (TypeOf(local) is ScalarType number)
            {
                _locals[local] = ReferenceValue.Of((ScalarType)Typer.Plain(number)!,
                    ReferenceValue.Of(number, value.Number).Number);
                return;
            }

            var bytes = _locals.TryGetValue(local, out var held) ? [.. held.Bytes!] : new byte[TypeOf(local).Size];
            Store(value, place.Type, bytes.AsSpan(place.Offset));
            _locals[local] = ReferenceValue.Of(TypeOf(local), bytes);
        }
        else if (place.Map is { } map)
        {
            byte[] bytes = map.Lookup(place.Key) is { } held ? [.. held] : new byte[map.Map.Value!.Size];
            Store(value, place.Type, bytes.AsSpan(place.Offset));
            map.Set(place.Key, bytes);
        }
        else if (place.Memory is { } memory)
        {
            var at = memory.AsSpan(place.Offset);
            Store(place.Bits.Count == 0 ? value : place.Bits.Insert(Load(place.Type, at), value), place.Type, at);
        }
    }

    // In memory a number can have another byte order than as a value.
    private static ReferenceValue Load(EbpfType type, ReadOnlySpan<byte> bytes)
    {
        var stored = ReferenceValue.Read(type, bytes);
        return Typer.Plain(type) is ScalarType plain ? ReferenceValue.Of(plain, stored.Number) : stored;
    }

    private static void Store(ReferenceValue value, EbpfType type, Span<byte> bytes)
    {
        if (type is ScalarType scalar) ReferenceValue.Of(scalar, value.Number).Write(bytes);
        else value.Write(bytes);
    }
}
