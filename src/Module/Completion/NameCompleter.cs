using System.Collections;
using System.Management.Automation.Language;

namespace EbpfCat.Completion;

/// <summary>Completes an argument from a list of names.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    // Nobody reads more, and creating results for all names would take longer than finding the names.
    private const int MaxMatches = 1000;

    private readonly Func<CompletionRequest, IEnumerable<(string Name, string Tip)>> _names;

    private protected NameCompleter(Func<CompletionRequest, IEnumerable<(string Name, string Tip)>> names) =>
        _names = names;

    /// <summary>
    /// Whether the word matches any part of a name, as text or as a wildcard pattern, not only its start. Names that
    /// begin with the word come first.
    /// </summary>
    private protected bool MatchesAnyPart { get; init; }

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

        return (MatchesAnyPart ? MatchAnyPart(word, names) : names.Where(each => BeginsWith(each.Name, word)))
            .DistinctBy(match => match.Name, StringComparer.OrdinalIgnoreCase)
            .Select(match => new CompletionResult(
                Quote(match.Name), match.Name, CompletionResultType.ParameterValue, match.Tip));
    }

    private static IEnumerable<(string Name, string Tip)> MatchAnyPart(
        string word, IEnumerable<(string Name, string Tip)> names)
    {
        var pattern = WildcardPattern.ContainsWildcardCharacters(word)
            ? WildcardPattern.Get($"*{word}*", WildcardOptions.IgnoreCase) : null;
        return names
            .Where(each => pattern?.IsMatch(each.Name) ?? each.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(each => !BeginsWith(each.Name, word))
            .ThenBy(each => each.Name, StringComparer.Ordinal)
            .Take(MaxMatches);
    }

    private static bool BeginsWith(string name, string word) =>
        name.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    // Other characters, such as spaces and commas, would end the argument or change its meaning.
    private static string Quote(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '[' or ']')
            ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}

/// <summary>An argument being completed.</summary>
/// <param name="Word">The part typed so far, without quotes.</param>
/// <param name="Command">The command being typed.</param>
/// <param name="Bound">The parameters that already have arguments, with the arguments.</param>
internal sealed record CompletionRequest(string Word, CommandAst Command, IDictionary Bound)
{
    /// <summary>The argument of another parameter as an enumeration member; null if there is none.</summary>
    public T? Get<T>(string parameter)
        where T : struct, Enum =>
        Enum.TryParse<T>(Bound[parameter]?.ToString(), ignoreCase: true, out var value) ? value : null;
}
