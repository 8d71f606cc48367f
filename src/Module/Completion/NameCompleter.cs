using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace EbpfCat.Completion;

/// <summary>Completes an argument from a list of names.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    // More than anybody reads; making results of all names would take longer than finding them.
    private const int MaxMatches = 1000;

    private readonly Func<CompletionRequest, IEnumerable<(string Name, string Tip)>> _names;

    private protected NameCompleter(Func<CompletionRequest, IEnumerable<(string Name, string Tip)>> names) =>
        _names = names;

    /// <summary>
    /// Whether a name matches by any part of it, or as a wildcard pattern. Names that begin with the word come first.
    /// </summary>
    private protected bool MatchesAnyPart { get; init; }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        IEnumerable<(string Name, string Tip)> names;
        try
        {
            names = [.. _names(new CompletionRequest(word, commandAst, fakeBoundParameters))];
        }
        // A completion that fails must not disturb the line being typed.
        catch (Exception)
        {
            names = [];
        }

        return (MatchesAnyPart ? FindAnyPart(word, names) : names.Where(one => BeginsWith(one.Name, word)))
            .DistinctBy(match => match.Name, StringComparer.OrdinalIgnoreCase)
            .Select(match => new CompletionResult(
                Quote(match.Name), match.Name, CompletionResultType.ParameterValue, match.Tip));
    }

    private static IEnumerable<(string Name, string Tip)> FindAnyPart(
        string word, IEnumerable<(string Name, string Tip)> names)
    {
        var pattern = WildcardPattern.ContainsWildcardCharacters(word)
            ? WildcardPattern.Get($"*{word}*", WildcardOptions.IgnoreCase)
            : null;
        return names
            .Where(one => pattern?.IsMatch(one.Name) ?? one.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(one => !BeginsWith(one.Name, word))
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .Take(MaxMatches);
    }

    private static bool BeginsWith(string name, string word) =>
        name.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    // Format letters with a byte order and sizes in brackets mean something to PowerShell's parser.
    private static string Quote(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '[' or ']')
            ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}

/// <summary>An argument being completed.</summary>
/// <param name="Word">The part that is typed, without quotes.</param>
/// <param name="Command">The command being typed.</param>
/// <param name="Bound">The parameters that have arguments already.</param>
internal sealed record CompletionRequest(string Word, CommandAst Command, IDictionary Bound)
{
    /// <summary>The value of another parameter as a member of an enumeration; null where it has none.</summary>
    public T? Get<T>(string parameter)
        where T : struct, Enum =>
        Enum.TryParse<T>(Bound[parameter]?.ToString(), ignoreCase: true, out var value) ? value : null;
}
