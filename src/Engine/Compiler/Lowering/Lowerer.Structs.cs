using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>Structs: written as they are, and taken from others by the names of their fields.</content>
internal sealed partial class Lowerer
{
    private MemoryOperand StructInTemporary(BoundStruct record)
    {
        var place = StackPlace(Temporary(record.Struct.Size));
        StoreStruct(record, place);
        return new MemoryOperand(record.Struct, place);
    }

    private void StoreStruct(BoundStruct record, Place place)
    {
        // The fields first: what they compute may use temporaries and calls of its own.
        var type = record.Struct;
        var values = new List<(StructField Field, Operand Value)>();
        foreach (var (field, value) in record.Fields)
        {
            var operand = LowerExpression(value);
            values.Add((field, operand is ScalarOperand ? Convert(operand, Typer.Plain(field.Type)!) : operand));
        }

        ZeroGaps(type, values.Select(v => v.Field), place);
        foreach (var (field, value) in values) StoreWhole(field.Type, place.At(field.Offset), value);
    }

    // Padding and fields not named are zero: a key must be the same bytes whenever it is the same key.
    private void ZeroGaps(StructType type, IEnumerable<StructField> written, Place place)
    {
        var covered = new bool[type.Size];
        foreach (var field in written) covered.AsSpan(field.Offset, field.Type.Size).Fill(true);
        var at = 0;
        while (at < covered.Length)
        {
            if (covered[at])
            {
                at++;
                continue;
            }

            var size = 1;
            while (size < 8 && at % (size * 2) == 0 && at + size * 2 <= covered.Length
                && !covered.AsSpan(at, size * 2).Contains(true))
            {
                size *= 2;
            }

            _b.Store(place.Region, place.Pointer, place.Offset + at, size, _b.Constant(0));
            at += size;
        }
    }

    // A struct of other types or another order of the same fields: each is converted as an assignment converts it.
    private void StoreByName(Operand given, StructType from, StructType type, Place place)
    {
        var there = InMemory(given).Place;
        ZeroGaps(type, type.Fields, place);
        foreach (var field in type.Fields)
        {
            var part = from.FindField(field.Name)!;
            StoreWhole(field.Type, place.At(field.Offset), Load(part.Type, there.At(part.Offset)));
        }
    }
}
