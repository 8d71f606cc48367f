namespace EbpfCat.Programs;

/// <summary>
/// Gives the maps that hold variables types that name them, so that whoever opens the map finds each with its name and
/// type: a struct with a field for each variable, and for hash storage an enumeration of the keys beside it, whose
/// struct has all fields at 0, one for each key's value.
/// </summary>
internal static class VariableLayout
{
    /// <summary>The map, with the types of the variables where it holds any.</summary>
    public static Map Describe(Map map, IReadOnlyList<VariableLocation> variables)
    {
        if (variables.Count == 0 || MapShape.ValueOf(map) is not { } value) return map;
        var fields = variables.Select(l => new StructField(l.Variable.Name, l.Variable.Type, l.Offset));
        var layout = StructType.CreateAt(fields, value.Size, LiveVariable.LayoutTag);
        if (map.Type != MapType.Hash) return map with { Value = layout };
        var keys = variables.Select(l => KeyValuePair.Create(l.Variable.Name, (long)l.Key));
        return map with { Key = new EnumType(ScalarType.UInt32, keys, LiveVariable.LayoutTag), Value = layout };
    }
}
