using System.Collections;

namespace EbpfCat.Types;

/// <summary>
/// A .NET value does not fit a kernel type, or bytes are not a value of it. The message names the value, the type and
/// what the type takes; for a part of a struct or array it begins with the way there, as in <c>Flow.Ports[2]</c>.
/// </summary>
public sealed class TypeConversionException : ArgumentException
{
    private const int MaxQuoteLength = 60;
    private readonly string _reason;

    /// <summary>Creates the exception with a general message.</summary>
    public TypeConversionException() : this("The value does not fit the kernel type.") { }

    /// <summary>Creates the exception with a message.</summary>
    public TypeConversionException(string message) : this(message, innerException: null) { }

    /// <summary>Creates the exception with a message and the exception that led to it.</summary>
    public TypeConversionException(string message, Exception? innerException) : this("", message, innerException) { }

    private TypeConversionException(string path, string reason, Exception? innerException)
        : base(path.Length == 0 ? reason : $"{path}: {reason}", innerException)
    {
        Path = path;
        _reason = reason;
    }

    /// <summary>Which part of a struct or array the value was meant for; empty where it is the whole.</summary>
    public string Path { get; }

    internal static TypeConversionException Refuse(object? value, EbpfType type, string reason) =>
        new($"{Describe(value)} cannot be stored as {type.Name}: {reason}{(reason.EndsWith('?') ? "" : ".")}");

    internal TypeConversionException Within(string part)
    {
        string separator = Path.Length == 0 || Path[0] == '[' ? "" : ".";
        return new TypeConversionException(part + separator + Path, _reason, InnerException);
    }

    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"'{Shorten(text)}'",
        char character => $"'{character}'",
        Array array => $"An array of {array.Length} elements ({array.GetType().Name})",
        IDictionary or IEnumerable<KeyValuePair<string, object?>> => "A dictionary",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{Shorten(value.ToString() ?? "")} ({value.GetType().Name})",
    };

    private static string Shorten(string text) => text.Length <= MaxQuoteLength ? text : text[..MaxQuoteLength] + "…";
}
