using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;

namespace EbpfCat.Events;

/// <summary>
/// Emits a class for each kind of record at run time: its constructor reads numbers without boxing them, and its plain
/// properties are several times as fast for PowerShell as those of its own objects.
/// </summary>
[RequiresDynamicCode(RequiresDynamicCode)]
internal static class EventClass
{
    public const string RequiresDynamicCode =
        "A class is emitted for each kind of record. Compiled ahead of time, read events as a type of your own.";

    private const string Assembly = "EbpfCat.Records";
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly Lock Emitting = new();
    private static readonly ConcurrentDictionary<(StructType, Type), RecordMaker<EventObject>> Known = new();

    private static ModuleBuilder? module;
    private static int count;

    /// <summary>Returns the delegate that makes objects of a kind of record. The first call emits the class.</summary>
    /// <param name="record">The kind of record.</param>
    /// <param name="parent">The class to derive from.</param>
    public static RecordMaker<EventObject> For(
        StructType record, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type parent)
    {
        if (Known.TryGetValue((record, parent), out var known)) return known;
        lock (Emitting)
        {
            if (!Known.TryGetValue((record, parent), out known)) Known[(record, parent)] = known = Make(record, parent);
            return known;
        }
    }

    private static RecordMaker<EventObject> Make(
        StructType record, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type parent)
    {
        module ??= AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(Assembly), AssemblyBuilderAccess.Run)
            .DefineDynamicModule(Assembly);
        var type = module.DefineType(
            $"EbpfCat.Events.Record{++count}", TypeAttributes.Public | TypeAttributes.Sealed, parent);
        Type[] arguments = [typeof(ReadOnlySpan<byte>), typeof(RecordDecoder)];
        var constructor = type.DefineConstructor(MethodAttributes.Private, CallingConventions.Standard, arguments);
        var code = constructor.GetILGenerator();
        var emitter = new RecordEmitter(code, recordArgument: 1);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, parent.GetConstructor(Instance, [])!);
        foreach (var (index, field) in record.Fields.Index())
        {
            var valueType = TypeOf(field.Type);
            var storage = DefineProperty(type, field.Name, valueType);
            code.Emit(OpCodes.Ldarg_0);
            emitter.LoadField(field, index, valueType);
            code.Emit(OpCodes.Stfld, storage);
        }

        code.Emit(OpCodes.Ret);
        var maker = type.DefineMethod(
            "Make", MethodAttributes.Assembly | MethodAttributes.Static, typeof(EventObject), arguments);
        code = maker.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Newobj, constructor);
        code.Emit(OpCodes.Ret);
        return type.CreateType().GetMethod(maker.Name, BindingFlags.Static | BindingFlags.NonPublic)!
            .CreateDelegate<RecordMaker<EventObject>>();
    }

    private static Type TypeOf(EbpfType type) => type switch
    {
        StructType => typeof(EventObject),
        ArrayType => typeof(object),
        _ => RecordMapping.TypeOf(type),
    };

    private static FieldBuilder DefineProperty(TypeBuilder type, string name, Type valueType)
    {
        const MethodAttributes attributes =
            MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig;
        var storage = type.DefineField($"<{name}>", valueType, FieldAttributes.Private | FieldAttributes.InitOnly);
        var getter = type.DefineMethod($"get_{name}", attributes, valueType, []);
        var code = getter.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, storage);
        code.Emit(OpCodes.Ret);
        type.DefineProperty(name, PropertyAttributes.None, valueType, []).SetGetMethod(getter);
        return storage;
    }
}
