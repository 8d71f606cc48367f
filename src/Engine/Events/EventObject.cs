using System.Collections.Concurrent;
using System.Reflection;

namespace EbpfCat.Events;

/// <summary>
/// What a program put out, as an object of a class that is made for its kind of record: a property for each field, in the
/// order of the program's source, of the field's own .NET type.
/// </summary>
public abstract class EventObject
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    /// <summary>The properties of the object's class, in the order of the fields.</summary>
    private protected IReadOnlyList<PropertyInfo> Properties =>
        Known.GetOrAdd(GetType(), static type => [.. type.GetProperties().OrderBy(property => property.MetadataToken)]);

    /// <summary>The properties with their values, as PowerShell writes an object of its own.</summary>
    public override string ToString() => $"@{{{string.Join("; ", Properties.Select(field => $"{field.Name}={field.GetValue(this)}"))}}}";
}
