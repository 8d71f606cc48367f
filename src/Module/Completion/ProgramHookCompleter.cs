using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;

namespace EbpfCat.Completion;

/// <summary>Completes the hooks of the program type that is given, or of all.</summary>
public sealed class ProgramHookCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        var types = Enum.TryParse<ProgramType>(bound["Type"]?.ToString(), ignoreCase: true, out var given) ? [given] : Enum.GetValues<ProgramType>();
        return types.SelectMany(type => ProgramHooks.Of(type).Select(hook => (hook.ToString(), $"{hook}: of type {type}")));
    }
}
