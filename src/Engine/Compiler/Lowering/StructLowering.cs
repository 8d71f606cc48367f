namespace EbpfCat.Compiler;

/// <summary>Lowers structs that an expression makes of its fields.</summary>
internal sealed class StructLowering(LoweringContext context)
{
    private readonly MemoryLowering _memory = context.Memory;
    private readonly ConversionLowering _conversions = context.Conversions;

    public MemoryOperand InTemporary(BoundStruct record)
    {
        var place = _memory.Temporary(record.Struct.Size);
        Store(record, place);
        return new MemoryOperand(record.Struct, place);
    }

    public void Store(BoundStruct record, Place place)
    {
        // All fields are lowered before the first is stored, because they may contain calls.
        var type = record.Struct;
        var values = new List<(StructField Field, Operand Value)>();
        foreach (var (field, value) in record.Fields)
        {
            var operand = context.Expressions.Lower(value);
            values.Add((field,
                operand is ScalarOperand ? _conversions.Convert(operand, Typer.Plain(field.Type)!) : operand));
        }

        _memory.ZeroGaps(type, values.Select(v => v.Field), place);
        foreach (var (field, value) in values)
            _conversions.StoreWhole(field.Type, place.At(field.Offset), value);
    }
}
