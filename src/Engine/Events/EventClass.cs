using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Reflection;
using System.Reflection.Emit;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Events;

/// <summary>
/// Makes the classes of records, one for each kind, while the process runs: a constructor that takes numbers from their
/// places without boxing them, and plain properties, which PowerShell reads several times as fast as those of its own
/// objects.
/// </summary>
internal static class EventClass
{
    private const string Assembly = "EbpfCat.Records";
    private const BindingFlags Everything = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly Lock Making = new();
    private static readonly ConcurrentDictionary<(StructType Record, Type Base), EventMaker> Known = new();
    private static readonly Lazy<ModuleBuilder> Module = new(() =>
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(Assembly), AssemblyBuilderAccess.Run).DefineDynamicModule(Assembly));

    private static int count;

    /// <summary>What makes objects of a kind of record; the class is made when it is asked for first.</summary>
    /// <param name="record">The kind of record.</param>
    /// <param name="parent">The class to derive from.</param>
    public static EventMaker For(StructType record, Type parent)
    {
        if (Known.TryGetValue((record, parent), out var known)) return known;
        lock (Making)
        {
            return Known.GetOrAdd((record, parent), static key => Make(key.Record, key.Base));
        }
    }

    /// <summary>The .NET type of a field's value.</summary>
    internal static Type TypeOf(EbpfType type) => type switch
    {
        ScalarType { IsBoolean: true } => typeof(bool),
        ScalarType { IsFixed: true } => typeof(double),
        ScalarType { Bits: 8, IsSigned: true } => typeof(sbyte),
        ScalarType { Bits: 8 } => typeof(byte),
        ScalarType { Bits: 16, IsSigned: true } => typeof(short),
        ScalarType { Bits: 16 } => typeof(ushort),
        ScalarType { Bits: 32, IsSigned: true } => typeof(int),
        ScalarType { Bits: 32 } => typeof(uint),
        ScalarType { IsSigned: true } => typeof(long),
        ScalarType => typeof(ulong),
        StringType => typeof(string),
        InstantType => typeof(DateTime),
        DurationType => typeof(TimeSpan),
        AddressType { Kind: AddressKind.Mac } => typeof(PhysicalAddress),
        AddressType => typeof(IPAddress),
        SocketAddressType => typeof(EndPoint),
        BytesType => typeof(byte[]),
        TextListType => typeof(string[]),
        StackType => typeof(CallStack),
        StructType => typeof(EventObject),
        _ => typeof(object),
    };

    private static EventMaker Make(StructType record, Type parent)
    {
        var type = Module.Value.DefineType(
            FormattableString.Invariant($"EbpfCat.Events.Record{++count}"), TypeAttributes.Public | TypeAttributes.Sealed, parent);
        var constructor = type.DefineConstructor(
            MethodAttributes.Private, CallingConventions.Standard, [typeof(ReadOnlySpan<byte>), typeof(EventDecoder)]);
        var code = constructor.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, parent.GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [])!);
        for (var index = 0; index < record.Fields.Count; index++)
        {
            var field = record.Fields[index];
            var storage = DefineProperty(type, field.Name, TypeOf(field.Type));
            code.Emit(OpCodes.Ldarg_0);
            EmitValue(code, field, index);
            code.Emit(OpCodes.Stfld, storage);
        }

        code.Emit(OpCodes.Ret);
        var maker = type.DefineMethod(
            "Make", MethodAttributes.Assembly | MethodAttributes.Static, typeof(EventObject), [typeof(ReadOnlySpan<byte>), typeof(EventDecoder)]);
        code = maker.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Newobj, constructor);
        code.Emit(OpCodes.Ret);
        return type.CreateType().GetMethod(maker.Name, Everything)!.CreateDelegate<EventMaker>();
    }

    private static FieldBuilder DefineProperty(TypeBuilder type, string name, Type valueType)
    {
        var storage = type.DefineField($"<{name}>", valueType, FieldAttributes.Private | FieldAttributes.InitOnly);
        var getter = type.DefineMethod($"get_{name}", MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig, valueType, []);
        var code = getter.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, storage);
        code.Emit(OpCodes.Ret);
        type.DefineProperty(name, PropertyAttributes.None, valueType, []).SetGetMethod(getter);
        return storage;
    }

    // Numbers in the processor's order straight from their place; the rest as the decoder tells it.
    private static void EmitValue(ILGenerator code, StructField field, int index)
    {
        var valueType = TypeOf(field.Type);
        switch (field.Type)
        {
            case ScalarType { IsBoolean: false, IsFixed: false, NeedsSwap: false }:
                Static(nameof(EventDecoder.Number), valueType);
                break;
            case InstantType:
                Static(nameof(EventDecoder.Instant));
                break;
            case DurationType:
                Static(nameof(EventDecoder.Duration));
                break;
            case StringType text:
                code.Emit(OpCodes.Ldarg_2);
                code.Emit(OpCodes.Ldarg_1);
                code.Emit(OpCodes.Ldc_I4, field.Offset);
                code.Emit(OpCodes.Ldc_I4, text.Capacity);
                code.Emit(OpCodes.Call, Method(nameof(EventDecoder.Text)));
                break;
            default:
                code.Emit(OpCodes.Ldarg_2);
                code.Emit(OpCodes.Ldarg_1);
                code.Emit(OpCodes.Ldc_I4, index);
                code.Emit(OpCodes.Call, Method(nameof(EventDecoder.Value)));
                code.Emit(OpCodes.Unbox_Any, valueType);
                break;
        }

        void Static(string name, Type? argument = null)
        {
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Ldc_I4, field.Offset);
            code.Emit(OpCodes.Call, argument is null ? Method(name) : Method(name).MakeGenericMethod(argument));
        }
    }

    private static MethodInfo Method(string name) => typeof(EventDecoder).GetMethod(name, Everything)!;
}
