using System.Collections;

namespace EbpfCat.Commands;

/// <summary>Converts values: a struct is an object in PowerShell and a dictionary in the engine.</summary>
internal static class Values
{
    // Deeper texts say nothing more in a message, and a value may hold itself.
    private const int MaxTextDepth = 4;

    /// <summary>Converts a value of the engine to one for PowerShell.</summary>
    /// <param name="value">The value.</param>
    /// <param name="stacks">The map of the stacks that the value refers to; null if there is none.</param>
    public static object? Wrap(object? value, LiveMap? stacks = null)
    {
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> fields:
                var shown = new PSObject();
                foreach (var (name, field) in fields)
                    shown.Properties.Add(new PSNoteProperty(name, Wrap(field, stacks)));
                return shown;
            case object?[] items when Array.Exists(items, item => item is IEnumerable<KeyValuePair<string,
                object?>> or StackReference or FunctionReference):
                return Array.ConvertAll(items, item => Wrap(item, stacks));
            case FunctionReference function: return Symbolizer.Shared.Name(function);
            case StackReference stack when stacks is not null: return stacks.ReadStack(stack);
            default: return value;
        }
    }

    /// <summary>The kind of an object that a command cannot use, for messages.</summary>
    public static string Kind(object? value) => value is null ? "$null" : $"An object of type {value.GetType().Name}";

    /// <summary>A value in words, for messages.</summary>
    public static string Text(object? value) => Text(value, MaxTextDepth);

    private static string Text(object? value, int depth) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IEnumerable when depth == 0 => "…",
        IDictionary fields => Braces(
            SessionValue.Entries(fields).Select(field => $"{field.Key} = {Text(field.Value, depth - 1)}")),
        IEnumerable<KeyValuePair<string, object?>> fields => Braces(
            fields.Select(field => $"{field.Key} = {Text(field.Value, depth - 1)}")),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(item => Text(item, depth - 1))),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Braces(IEnumerable<string> fields) => $"@{{ {string.Join("; ", fields)} }}";
}
