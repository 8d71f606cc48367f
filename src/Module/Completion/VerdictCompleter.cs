using System.Collections;
using System.Globalization;
using System.Management.Automation.Language;
using EbpfCat.Language;

namespace EbpfCat.Completion;

/// <summary>Completes the names of verdicts: those of the program's type where it is given, else of all.</summary>
public sealed class VerdictCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        var types = Enum.TryParse<ProgramType>(bound["Type"]?.ToString(), ignoreCase: true, out var given)
            ? [given]
            : Enum.GetValues<ProgramType>();
        return types.SelectMany(type => ProgramTypes.Get(type).Verdicts.Select(
            verdict => (verdict.Key, $"{type}: {verdict.Value.ToString(CultureInfo.InvariantCulture)}")));
    }
}
