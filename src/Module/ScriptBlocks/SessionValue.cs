using System.Collections;
using System.Collections.Specialized;

namespace EbpfCat.ScriptBlocks;

/// <summary>Values of the PowerShell session on their way to the engine, which knows no PSObject.</summary>
internal static class SessionValue
{
    /// <summary>
    /// A value without PSObject around it and its parts. An object with properties becomes a dictionary of them, and a
    /// hashtable stays one: its fields have no order.
    /// </summary>
    /// <exception cref="TypeConversionException">The value holds itself, or is nested too deep.</exception>
    public static object? Unwrap(object? value) => Unwrap(value, []);

    // The holders are the structs and lists that the value lies in, from the outermost on.
    private static object? Unwrap(object? value, List<object> holders) => value switch
    {
        PSObject { BaseObject: PSCustomObject } fields => Within(fields, holders, () => Fill(
            new OrderedDictionary(), fields.Properties.Select(field => new DictionaryEntry(field.Name, field.Value)),
            holders)),
        PSObject wrapped => Unwrap(wrapped.BaseObject, holders),
        IDictionary fields => Within(fields, holders, () => Fill(
            fields is Hashtable ? new Hashtable() : new OrderedDictionary(), Entries(fields), holders)),
        object?[] or ArrayList or List<object> => Within(value, holders, () => ((IList)value).Cast<object?>()
            .Select(item => Unwrap(item, holders)).ToArray()),
        CallStack stack => stack.Reference,
        _ => value,
    };

    /// <summary>
    /// The entries of any dictionary. Enumerated as a collection, a generic one gives pairs of another type.
    /// </summary>
    public static IEnumerable<DictionaryEntry> Entries(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary) yield return entry;
    }

    private static object Within(object holder, List<object> holders, Func<object> unwrap)
    {
        if (holders.Exists(outer => ReferenceEquals(outer, holder)))
            throw new TypeConversionException($"The {(holder is IList ? "list" : "struct")} holds itself.");
        if (holders.Count == EbpfType.MaxDepth)
            throw new TypeConversionException($"Structs and lists are nested more than {EbpfType.MaxDepth} deep.");
        holders.Add(holder);
        var unwrapped = unwrap();
        holders.RemoveAt(holders.Count - 1);
        return unwrapped;
    }

    private static IDictionary Fill(IDictionary filled, IEnumerable<DictionaryEntry> fields, List<object> holders)
    {
        foreach (var field in fields) filled.Add(field.Key, Unwrap(field.Value, holders));
        return filled;
    }
}
