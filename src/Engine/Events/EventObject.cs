using System.Reflection;

namespace EbpfCat.Events;

/// <summary>
/// What a program put out, as an object of a class that is made for its kind of record: a property for each field, in the
/// order of the program's source, of the field's own .NET type.
/// </summary>
public abstract class EventObject
{
    /// <summary>The properties with their values, as PowerShell writes an object of its own.</summary>
    public override string ToString() => $"@{{{string.Join("; ", Fields.Select(field => $"{field.Name}={field.GetValue(this)}"))}}}";

    private IEnumerable<PropertyInfo> Fields => GetType().GetProperties().OrderBy(property => property.MetadataToken);
}
