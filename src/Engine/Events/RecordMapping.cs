using System.Net;
using System.Net.NetworkInformation;
using System.Reflection;
using System.Reflection.Emit;

namespace EbpfCat.Events;

/// <summary>
/// Maps the fields of a kind of record to a class or struct of the author's: to the parameters of its constructor, and
/// to its settable properties and public fields, by name without regard to case.
/// </summary>
internal sealed class RecordMapping
{
    /// <summary>What reflection needs of the author's type.</summary>
    public const DynamicallyAccessedMemberTypes Members = DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicFields;

    private readonly StructType _record;
    private readonly Type _type;
    private readonly ConstructorInfo? _constructor;
    private readonly (Type Type, int Field)[] _parameters = [];
    private readonly (MemberInfo Member, Type Type, int Field)[] _members;

    /// <summary>Matches names and types.</summary>
    /// <exception cref="ArgumentException">
    /// The record has no field for a member, or one of another type; names the nearest fields.
    /// </exception>
    public RecordMapping(StructType record, [DynamicallyAccessedMembers(Members)] Type type)
    {
        (_record, _type) = (record, type);
        // A record class has the constructor with all its parameters; a struct may have none.
        _constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length);
        if (_constructor is null && !type.IsValueType)
            throw new ArgumentException($"{type.Name} has no public constructor.");
        var parameters = _constructor?.GetParameters() ?? [];
        _parameters = [.. parameters.Select(one => (one.ParameterType, FieldFor(one.Name!, one.ParameterType)))];
        var properties = type.GetProperties()
            .Where(one => one is { SetMethod.IsPublic: true } && one.GetIndexParameters().Length == 0)
            .Select(one => (one as MemberInfo, one.PropertyType));
        var fields = type.GetFields().Where(one => one is { IsStatic: false, IsInitOnly: false })
            .Select(one => (one as MemberInfo, one.FieldType));
        _members = [.. properties.Concat(fields)
            .Where(one => !parameters.Any(parameter => parameter.Name == one.Item1.Name))
            .Select(one => (one.Item1, one.Item2, FieldFor(one.Item1.Name, one.Item2)))];
        if (_parameters.Length + _members.Length == 0)
            throw new ArgumentException($"{type.Name} has no public member to hold a field of the output.");
    }

    /// <summary>The .NET type of a field's value.</summary>
    public static Type TypeOf(EbpfType type) => type switch
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
        BytesType or ArrayType { Element: ScalarType { Bits: 8, IsSigned: false, IsBoolean: false } } => typeof(byte[]),
        RecordTextType { IsList: false } => typeof(string),
        TextListType or RecordTextType => typeof(string[]),
        StackType => typeof(CallStack),
        FunctionType => typeof(string),
        StructType => typeof(OrderedDictionary<string, object?>),
        _ => typeof(object),
    };

    /// <summary>
    /// Returns a delegate that makes an object of a record. Where code can be emitted it boxes nothing; compiled ahead
    /// of time, it calls the constructor by reflection.
    /// </summary>
    public RecordMaker<T> CreateMaker<T>() => RuntimeFeature.IsDynamicCodeSupported ? Emit<T>() : CreateInvoker<T>();

    public RecordMaker<T> CreateInvoker<T>()
    {
        var invoker = _constructor is null ? null : ConstructorInvoker.Create(_constructor);
        return (record, decoder) =>
        {
            var arguments = new object?[_parameters.Length];
            for (var index = 0; index < arguments.Length; index++)
                arguments[index] = Convert(decoder.Value(record, _parameters[index].Field), _parameters[index].Type);
            // Boxed once, so that the members of a struct can be set.
            var made = invoker is null ? default(T)! : invoker.Invoke(arguments.AsSpan());
            foreach (var (member, type, field) in _members)
            {
                var value = Convert(decoder.Value(record, field), type);
                if (member is PropertyInfo property) property.SetValue(made, value);
                else ((FieldInfo)member).SetValue(made, value);
            }

            return (T)made;
        };
    }

    private static bool IsInteger(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    private static int SizeOf(Type integer) => Type.GetTypeCode(integer) switch
    {
        TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int32 or TypeCode.UInt32 => 4,
        _ => 8,
    };

    // Integers and enumerations take integers of their own size or smaller ones; the sign is reinterpreted.
    private static bool Fits(Type value, Type target) =>
        target == value || value == typeof(object) || (!target.IsValueType && target.IsAssignableFrom(value))
        || (IsInteger(value) && IsInteger(target) && SizeOf(target) >= SizeOf(value));

    private static object? Convert(object? value, Type target)
    {
        if (value is null || target.IsInstanceOfType(value)) return value;
        var number = value is ulong large ? (long)large : System.Convert.ToInt64(value, null);
        if (target.IsEnum) return Enum.ToObject(target, number);
        return Type.GetTypeCode(target) switch
        {
            TypeCode.SByte => (sbyte)number,
            TypeCode.Byte => (byte)number,
            TypeCode.Int16 => (short)number,
            TypeCode.UInt16 => (ushort)number,
            TypeCode.Int32 => (int)number,
            TypeCode.UInt32 => (uint)number,
            TypeCode.Int64 => number,
            _ => (object)(ulong)number,
        };
    }

    [RequiresDynamicCode("It emits code.")]
    private void Load(RecordEmitter emitter, ILGenerator code, int index, Type target)
    {
        var field = _record.Fields[index];
        var type = TypeOf(field.Type);
        emitter.LoadField(field, index, type == typeof(object) ? target : type);
        if (type.IsValueType && !target.IsValueType) code.Emit(OpCodes.Box, type);
        if (!IsInteger(target) || type == target) return;
        code.Emit(Type.GetTypeCode(target) switch
        {
            TypeCode.SByte => OpCodes.Conv_I1,
            TypeCode.Byte => OpCodes.Conv_U1,
            TypeCode.Int16 => OpCodes.Conv_I2,
            TypeCode.UInt16 => OpCodes.Conv_U2,
            TypeCode.Int32 => OpCodes.Conv_I4,
            TypeCode.UInt32 => OpCodes.Conv_U4,
            // The sign of the value decides how it is widened.
            _ => Type.GetTypeCode(type) is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64
                ? OpCodes.Conv_I8 : OpCodes.Conv_U8,
        });
    }

    private int FieldFor(string name, Type type)
    {
        foreach (var (index, field) in _record.Fields.Index())
        {
            if (!field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (Fits(TypeOf(field.Type), type)) return index;
            var given = Nullable.GetUnderlyingType(type) is { } underlying ? $"{underlying.Name}?" : type.Name;
            throw new ArgumentException(
                $"'{_type.Name}.{name}' is a {given}, and the field '{field.Name}' of the output is {field.Type}.");
        }

        var remedy = SimilarNames.Sentence(name, [.. _record.Fields.Select(field => field.Name)]);
        throw new ArgumentException($"The output has no field for '{_type.Name}.{name}'. {remedy}".TrimEnd());
    }

    [RequiresDynamicCode("It emits a method.")]
    private RecordMaker<T> Emit<T>()
    {
        var method = new DynamicMethod(
            $"Make{_type.Name}", _type, [typeof(ReadOnlySpan<byte>), typeof(RecordDecoder)], _type.Module, true);
        var code = method.GetILGenerator();
        var emitter = new RecordEmitter(code, recordArgument: 0);
        var made = code.DeclareLocal(_type);
        foreach (var (type, field) in _parameters) Load(emitter, code, field, type);
        if (_constructor is not null)
        {
            code.Emit(OpCodes.Newobj, _constructor);
            code.Emit(OpCodes.Stloc, made);
        }

        foreach (var (member, type, field) in _members)
        {
            code.Emit(_type.IsValueType ? OpCodes.Ldloca : OpCodes.Ldloc, made);
            Load(emitter, code, field, type);
            if (member is PropertyInfo property) code.Emit(OpCodes.Call, property.SetMethod!);
            else code.Emit(OpCodes.Stfld, (FieldInfo)member);
        }

        code.Emit(OpCodes.Ldloc, made);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<RecordMaker<T>>();
    }
}
