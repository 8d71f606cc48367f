using System.Collections.Concurrent;
using System.Reflection;

namespace EbpfCat.Events;

/// <summary>
/// The base of the classes that are emitted for kinds of records. An object has a property for each field of the
/// record, of the field's .NET type, in the order of the program's source.
/// </summary>
[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)]
public abstract class EventObject
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    /// <summary>The properties of the object's class, in the order of the fields.</summary>
    private protected IReadOnlyList<PropertyInfo> Properties
    {
        get
        {
            if (!Known.TryGetValue(GetType(), out var properties))
                Known[GetType()] = properties = [.. GetType().GetProperties().OrderBy(one => one.MetadataToken)];
            return properties;
        }
    }

    /// <summary>The properties with their values, as PowerShell writes an object of its own.</summary>
    public override string ToString() =>
        $"@{{{string.Join("; ", Properties.Select(field => $"{field.Name}={field.GetValue(this)}"))}}}";
}
