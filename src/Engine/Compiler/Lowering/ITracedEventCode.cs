using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>Writes the code that reads a traced event's fields: one implementation for each kind of attachment.</summary>
internal interface ITracedEventCode : ITracedEvent
{
    /// <summary>Writes the code for a field.</summary>
    Operand Read(EventFieldExpression field, IrBuilder builder, Value context);

    /// <summary>Writes the code for what the traced function returned.</summary>
    Value ReadReturn(IrBuilder builder, Value context);
}
