using System.Net;

namespace EbpfCat.Commands;

/// <summary>
/// Gives texts of an event that a terminal would interpret a ToString that escapes them, so that the default view,
/// which writes the properties themselves, shows them escaped. The values stay what they are.
/// </summary>
internal static class EscapedEvent
{
    private static readonly System.Reflection.MethodInfo Method =
        ((Func<PSObject, string>)ToText).Method;

    /// <summary>Returns the event, with its texts escaped where they are shown if they must be.</summary>
    public static object Of(EventObject one)
    {
        if (!one.MustEscape()) return one;
        var shown = PSObject.AsPSObject(one);
        // PowerShell lists added properties before the others: with all of them added, the order is that of the script.
        foreach (var property in one.GetType().GetProperties())
        {
            var value = property.GetValue(one);
            shown.Members.Add(new PSNoteProperty(property.Name, Escape(value) ?? value));
        }

        return shown;
    }

    /// <summary>The text that is shown for a value.</summary>
    public static string ToText(PSObject instance) => TerminalText.Escape($"{instance.BaseObject}");

    private static object? Escape(object? value)
    {
        switch (value)
        {
            case string or EndPoint when TerminalText.MustEscape($"{value}"):
                var shown = new PSObject(value);
                shown.Members.Add(new PSCodeMethod(nameof(ToString), Method));
                return shown;
            case string?[] texts when Array.Exists(texts, text => text is not null && TerminalText.MustEscape(text)):
                return texts.Select(text => Escape(text) ?? text).ToArray();
            default: return null;
        }
    }
}
