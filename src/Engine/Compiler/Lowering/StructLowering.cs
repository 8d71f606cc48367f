using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers structs that are written out in the source.</summary>
internal sealed class StructLowering(LoweringContext context)
{
    private readonly IrBuilder _b = context.Builder;

    public MemoryOperand InTemporary(BoundStruct record)
    {
        var place = context.Memory.Temporary(record.Struct.Size);
        Store(record, place);
        return new MemoryOperand(record.Struct, place);
    }

    public void Store(BoundStruct record, Place place)
    {
        // The fields first: what they compute may use temporaries and calls of its own.
        var type = record.Struct;
        var values = new List<(StructField Field, Operand Value)>();
        foreach (var (field, value) in record.Fields)
        {
            var operand = context.Expressions.Lower(value);
            values.Add((field,
                operand is ScalarOperand ? context.Conversions.Convert(operand, Typer.Plain(field.Type)!) : operand));
        }

        context.Memory.ZeroGaps(type, values.Select(v => v.Field), place);
        foreach (var (field, value) in values)
            context.Conversions.StoreWhole(field.Type, place.At(field.Offset), value);
    }
}
