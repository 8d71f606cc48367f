using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using EbpfCat.Events;
using EbpfCat.Maps;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Values between PowerShell and the engine: a struct is an object with properties here and a dictionary there.</summary>
internal static class Values
{
    /// <summary>What the engine takes for a value of PowerShell's.</summary>
    public static object? Unwrap(object? value) => value switch
    {
        PSObject { BaseObject: PSCustomObject } fields => Dictionary(
            fields.Properties.Select(field => new DictionaryEntry(field.Name, field.Value))),
        PSObject wrapped => Unwrap(wrapped.BaseObject),
        // A key of several fields that came out of a hashtable has no order, and needs none: fields go by name.
        IDictionary fields => Dictionary(fields.Cast<DictionaryEntry>()),
        object?[] items => Array.ConvertAll(items, Unwrap),
        CallStack stack => stack.Reference,
        _ => value,
    };

    /// <summary>What PowerShell shows for a value of the engine's.</summary>
    /// <param name="value">The value.</param>
    /// <param name="stacks">Where the stacks are that it names; null where there are none.</param>
    public static object? Wrap(object? value, LiveMap? stacks = null)
    {
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> fields:
                var shown = new PSObject();
                foreach (var (name, field) in fields) shown.Properties.Add(new PSNoteProperty(name, Wrap(field, stacks)));
                return shown;
            case object?[] items when Array.Exists(items, item => item is IEnumerable<KeyValuePair<string, object?>> or StackReference):
                return Array.ConvertAll(items, item => Wrap(item, stacks));
            case StackReference stack when stacks is not null:
                return stacks.ReadStack(stack);
            default:
                return value;
        }
    }

    /// <summary>A value in words, for messages.</summary>
    public static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IDictionary fields => Braces(fields.Cast<DictionaryEntry>().Select(field => $"{field.Key} = {Text(field.Value)}")),
        IEnumerable<KeyValuePair<string, object?>> fields => Braces(fields.Select(f => $"{f.Key} = {Text(f.Value)}")),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(Text)),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Braces(IEnumerable<string> fields) => $"@{{ {string.Join("; ", fields)} }}";

    private static OrderedDictionary Dictionary(IEnumerable<DictionaryEntry> fields)
    {
        var dictionary = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var field in fields) dictionary.Add(field.Key, Unwrap(field.Value));
        return dictionary;
    }
}
