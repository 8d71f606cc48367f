using System.Reflection;
using System.Reflection.Emit;

namespace EbpfCat.Events;

/// <summary>Emits the IL that reads a field of a record: numbers directly from their offset, without boxing.</summary>
/// <param name="code">Where the instructions go.</param>
/// <param name="recordArgument">
/// The index of the argument that is the record; the <see cref="RecordDecoder"/> is the next one.
/// </param>
[RequiresDynamicCode("It emits code.")]
internal sealed class RecordEmitter(ILGenerator code, int recordArgument)
{
    private const BindingFlags Members = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public;

    /// <summary>Puts the value of a field on the stack.</summary>
    /// <param name="index">The field's index in its record.</param>
    /// <param name="type">The .NET type of its value.</param>
    public void LoadField(StructField field, int index, Type type)
    {
        switch (field.Type)
        {
            case ScalarType { IsBoolean: false, IsFixed: false, NeedsSwap: false }:
                LoadRecordAndOffset(field);
                Call(nameof(RecordDecoder.Number), type);
                break;
            case InstantType:
                LoadRecordAndOffset(field);
                Call(nameof(RecordDecoder.Instant));
                break;
            case DurationType:
                LoadRecordAndOffset(field);
                Call(nameof(RecordDecoder.Duration));
                break;
            case StringType text:
                code.Emit(OpCodes.Ldarg, (short)(recordArgument + 1));
                LoadRecordAndOffset(field);
                code.Emit(OpCodes.Ldc_I4, text.Capacity);
                Call(nameof(RecordDecoder.Text));
                break;
            default:
                code.Emit(OpCodes.Ldarg, (short)(recordArgument + 1));
                code.Emit(OpCodes.Ldarg, (short)recordArgument);
                code.Emit(OpCodes.Ldc_I4, index);
                Call(nameof(RecordDecoder.Value));
                code.Emit(OpCodes.Unbox_Any, type);
                break;
        }
    }

    private void LoadRecordAndOffset(StructField field)
    {
        code.Emit(OpCodes.Ldarg, (short)recordArgument);
        code.Emit(OpCodes.Ldc_I4, field.Offset);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "Number takes any struct.")]
    private void Call(string name, Type? argument = null)
    {
        var method = typeof(RecordDecoder).GetMethod(name, Members)!;
        code.Emit(OpCodes.Call, argument is null ? method : method.MakeGenericMethod(argument));
    }
}
