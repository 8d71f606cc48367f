namespace EbpfCat.Binding;

/// <summary>Binds reads of memory at an address that the program computes.</summary>
internal sealed class MemoryReadBinder(BindingContext context, ExpressionBinder expressions)
{
    public BoundExpression Bind(MemoryReadExpression read)
    {
        var isText = read.Type is StringType;
        var pointer = Address(read.Pointer);
        var isConstant = read.Length is { } written && Constants.Integer(written) is not null;
        var length = read.Length is null || isConstant ? null : expressions.BindInteger(read.Length);
        if (pointer is BoundError || length is BoundError) return new BoundError(read.Source);
        // A negative length is an error of the traced code.
        var limited = length is null ? null : new BoundBinary(ScalarType.Int64, BinaryOperator.Maximum, length,
            new BoundConstant(ScalarType.Int64, 0L, read.Source), ScalarType.Int64, read.Source);
        var value = new BoundEventValue(read.Type, At(pointer, read.Type) with
        {
            Content = isText ? EventContent.TextPointer : EventContent.BytesPointer,
            Memory = MemoryOf(read.Pointer),
            Length = limited is null ? null : At(limited, ScalarType.UInt64),
        }, read.Source);
        // A text of unknown length is put out whole.
        return read.Length is null ? value : new BoundConversion(read.Type, value, read.Source);
    }

    private static EventAccess At(BoundExpression number, EbpfType type) =>
        new(type, EventRoot.Pointer, 0, 8) { Pointer = number };

    private BoundExpression Address(Expression pointer)
    {
        if (pointer is TextExpression { Operand: var origin }) return Address(origin);
        if (expressions.AccessOf(pointer)?.Reinterpret(ScalarType.UInt64) is { } address)
            return expressions.Event(ScalarType.UInt64, address, pointer);
        var bound = expressions.Bind(pointer);
        return bound.Type is ScalarType { IsFixed: false } or ErrorType
            ? bound
            : context.Error(DiagnosticIds.WrongType, $"{bound.Type.Name} is a copy, which has no address.",
                pointer.Source, "Name the field of the event that the value is read from.");
    }

    private EventMemory MemoryOf(Expression pointer) => pointer switch
    {
        CastExpression cast => MemoryOf(cast.Operand),
        TextExpression text => MemoryOf(text.Operand),
        BinaryExpression { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum => MemoryOf(sum.Left),
        _ when context.Typer.Pointers!.TargetOf(pointer) is { } target => target.Memory,
        _ when expressions.AccessOf(pointer) is { } access
            && (access.Content != EventContent.Value || access.Memory == EventMemory.User) => access.Memory,
        _ => EventMemory.Unknown,
    };
}
