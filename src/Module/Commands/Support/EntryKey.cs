namespace EbpfCat.Commands;

/// <summary>Keys that come through the pipeline: a key itself, or an entry with the properties Key and Value.</summary>
internal static class EntryKey
{
    /// <summary>The key that an object stands for.</summary>
    public static object Of(object given) => Find(given)?.Key ?? given;

    /// <summary>The key and value of an object that has both; null for a key.</summary>
    public static (object Key, object? Value)? Find(object given)
    {
        if (PSObject.AsPSObject(given) is not { BaseObject: MapEntry or PSCustomObject } entry) return null;
        return entry.Properties["Key"]?.Value is { } key ? (key, entry.Properties["Value"]?.Value) : null;
    }
}
