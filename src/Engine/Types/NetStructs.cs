using System.Reflection;

namespace EbpfCat.Types;

/// <summary>The kernel types of .NET types, with structs laid out as .NET lays them out.</summary>
internal static class NetStructs
{
    /// <summary>What reflection needs of a struct.</summary>
    public const DynamicallyAccessedMemberTypes Fields =
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.NonPublicFields;

    /// <summary>Returns the kernel type of a .NET type.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EbpfType TypeOf<[DynamicallyAccessedMembers(Fields)] T>()
    {
        // The fields of a decimal, Guid or Nullable of the runtime are its own affair.
        if (typeof(T) is { IsValueType: true, IsPrimitive: false, IsEnum: false, IsAutoLayout: false }
            && typeof(T).Assembly != typeof(object).Assembly
            && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && !TypeNames.HasNetType(typeof(T)))
        {
            return StructOf(typeof(T), Unsafe.SizeOf<T>());
        }

        return TypeNames.HasNetType(typeof(T)) || typeof(T).IsEnum
            ? TypeNames.FromNetType(typeof(T))
            : throw new ArgumentException(
                $"{typeof(T).Name} has no kernel type: give a number, an enumeration, an address, a time, "
                + "or a struct of numbers and enumerations; or declare it with a type of its own.");
    }

    /// <summary>Whether a .NET number or enumeration has the size of a number, and a number its sign.</summary>
    public static bool IsSameNumber(Type type, ScalarType number)
    {
        var underlying = type.IsEnum ? Enum.GetUnderlyingType(type) : type;
        if (!TypeNames.HasNetType(underlying) || TypeNames.FromNetType(underlying) is not ScalarType own) return false;
        return own.Bits == number.Bits && number.BitCount == 0 && own.IsBoolean == number.IsBoolean && !own.IsFixed
            && (type.IsEnum || own.IsSigned == number.IsSigned);
    }

    /// <summary>Whether a .NET struct has fields of the same sizes at the same places.</summary>
    public static bool HasLayout<[DynamicallyAccessedMembers(Fields)] T>(StructType type) =>
        !typeof(T).IsAutoLayout
        && StructOf(typeof(T), Unsafe.SizeOf<T>()).Fields.Select(field => (field.Offset, field.Type.Size))
            .SequenceEqual(type.Fields.Select(field => (field.Offset, field.Type.Size)));

    /// <summary>Returns the bytes of a struct that belong to no field.</summary>
    public static (int Offset, int Length)[] PaddingOf(StructType type)
    {
        var padding = new List<(int, int)>();
        var end = 0;
        foreach (var field in type.Fields.OrderBy(field => field.Offset))
        {
            if (field.Offset > end) padding.Add((end, field.Offset - end));
            if (field.Type is StructType inner)
                padding.AddRange(PaddingOf(inner).Select(gap => (field.Offset + gap.Offset, gap.Length)));
            end = Math.Max(end, field.Offset + field.Type.Size);
        }

        if (end < type.Size) padding.Add((end, type.Size - end));
        return [.. padding];
    }

    private static StructType StructOf([DynamicallyAccessedMembers(Fields)] Type type, int size)
    {
        KeyValuePair<string, EbpfType>[] fields =
        [
            .. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(field => KeyValuePair.Create(NameOf(field), FieldType(type, field))),
        ];
        if (fields.Length == 0) throw new ArgumentException($"{type.Name} has no fields.");
        var layout = StructType.Create(fields, type.Name);
        if (layout.Size != size) layout = StructType.CreatePacked(fields, type.Name);
        return layout.Size == size && !type.IsExplicitLayout
            ? layout
            : throw new ArgumentException(
                $"{type.Name} is not laid out as C does: use LayoutKind.Sequential, with Pack 1 or none.");
    }

    private static EbpfType FieldType(Type type, FieldInfo field) =>
        (field.FieldType.IsEnum || TypeNames.HasNetType(field.FieldType))
        && TypeNames.FromNetType(field.FieldType) is ScalarType { IsFixed: false } or EnumType
            ? TypeNames.FromNetType(field.FieldType)
            : throw new ArgumentException(
                $"The field {type.Name}.{NameOf(field)} is a {field.FieldType.Name}: only integers, bool and "
                + "enumerations have the same bytes in the kernel.");

    // A property without a body has a field <Name>k__BackingField, as the members of record structs do.
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>')] : field.Name;
}
