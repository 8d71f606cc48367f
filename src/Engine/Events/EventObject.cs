using System.Collections;
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

    private IncompleteText[] _incomplete = [];
    private bool _mustEscape;

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

    /// <summary>Returns the texts of the event that could not be read or were cut off.</summary>
    public IReadOnlyList<IncompleteText> GetIncompleteTexts() => _incomplete;

    /// <summary>
    /// Returns whether a text of the event has characters that <see cref="TerminalText.Escape"/> replaces: those of a
    /// traced program can begin an escape sequence.
    /// </summary>
    public bool MustEscape() => _mustEscape;

    /// <summary>
    /// The properties with their values, as PowerShell writes an object of its own. Texts are escaped; <c>…</c> follows
    /// one that was cut off.
    /// </summary>
    public override string ToString() =>
        $"@{{{string.Join("; ", Properties.Select(field => $"{field.Name}={Text(field)}"))}}}";

    internal void SetIncompleteTexts(IncompleteText[] texts) => _incomplete = texts;

    internal void SetMustEscape() => _mustEscape = true;

    /// <summary>What a text of the event lacks; null if it is whole.</summary>
    /// <param name="property">Its property, or an element of it.</param>
    private protected IncompleteText? FindIncomplete(string property) =>
        Array.Find(_incomplete, text => text.Property == property);

    private string Text(PropertyInfo property)
    {
        var text = property.GetValue(this) switch
        {
            IEnumerable and not string and var list => string.Join(' ', list.Cast<object?>()),
            var value => value?.ToString(),
        };
        return FindIncomplete(property.Name)?.Fault switch
        {
            TextFault.Truncated => TerminalText.Escape(text ?? "") + "…",
            TextFault.Unreadable when text is null => "unreadable",
            _ => TerminalText.Escape(text ?? ""),
        };
    }
}
