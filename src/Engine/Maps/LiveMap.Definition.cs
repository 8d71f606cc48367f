namespace EbpfCat.Maps;

/// <content>Maps as programs declare them.</content>
public sealed partial class LiveMap
{
    private Map? _innerMap;

    /// <summary>
    /// Of a map of maps what the inner ones look like; null of other maps, and where that cannot be told: it was opened
    /// by id or pin, and has no inner map yet.
    /// </summary>
    public Map? InnerMap
    {
        get => _innerMap ??= FindInnerMap();
        internal init => _innerMap = value;
    }

    /// <summary>Fills in the types of keys and values that the kind of a map leaves no choice about.</summary>
    /// <exception cref="ArgumentException">The kind needs a type, and none is given.</exception>
    public static Map Complete(Map definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition with { Key = MapShape.KeyOf(definition), Value = MapShape.ValueOf(definition) };
    }

    /// <summary>The map as a program declares it that is to use this one.</summary>
    /// <param name="name">Its name in the program; null for the map's own name.</param>
    public Map ToDefinition(string? name = null) => Describe(name) with { Existing = this };

    /// <summary>The types of keys and values of a map in the kernel: those of its BTF, or by their sizes.</summary>
    internal static (EbpfType? Key, EbpfType? Value) TypesOf(MapInfo info) => MapTypes.Of(info);

    private Map Describe(string? name = null) =>
        new(name ?? Name, Type, KeyType, ValueType, (int)MaxEntries, Flags, InnerMap);

    private Map? FindInnerMap()
    {
        if (Type is not (MapType.ArrayOfMaps or MapType.HashOfMaps)) return null;
        foreach (var entry in Entries())
        {
            using var inner = FromId((uint)entry.Value!);
            return inner.Describe();
        }

        return null;
    }
}
