using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace EbpfCat.Completion;

/// <summary>Completes an argument from a list of names.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        IEnumerable<(string Name, string Tip)> names;
        try
        {
            names = [.. Names(word, commandAst, fakeBoundParameters)];
        }
        // A completion that fails must not disturb the line being typed.
        catch (Exception)
        {
            names = [];
        }

        return Matching(word, names)
            .DistinctBy(candidate => candidate.Name, StringComparer.OrdinalIgnoreCase)
            .Select(candidate => new CompletionResult(
                Quote(candidate.Name), candidate.Name, CompletionResultType.ParameterValue, candidate.Tip));
    }

    /// <summary>The names that fit what has been typed: those that begin with it.</summary>
    /// <param name="word">What has been typed.</param>
    /// <param name="names">All names.</param>
    protected virtual IEnumerable<(string Name, string Tip)> Matching(string word, IEnumerable<(string Name, string Tip)> names) =>
        names.Where(candidate => candidate.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The names, each with a word on what it is.</summary>
    /// <param name="word">What has been typed.</param>
    /// <param name="command">The command being typed.</param>
    /// <param name="bound">The parameters that are given already.</param>
    protected abstract IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound);

    // Format letters with an order and sizes in brackets mean something to PowerShell's parser.
    private static string Quote(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '[' or ']')
            ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
