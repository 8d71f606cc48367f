using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;

namespace EbpfCat.Completion;

/// <summary>Completes the types of maps.</summary>
public sealed class MapTypeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        Enum.GetNames<MapType>().Where(name => name != nameof(MapType.Unspecified)).Order().Select(name => (name, name));
}
