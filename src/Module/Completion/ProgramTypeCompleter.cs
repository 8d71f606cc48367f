using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;

namespace EbpfCat.Completion;

/// <summary>Completes the types of programs.</summary>
public sealed class ProgramTypeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        Enum.GetNames<ProgramType>().Where(name => name != nameof(ProgramType.Unspecified)).Order().Select(name => (name, name));
}
