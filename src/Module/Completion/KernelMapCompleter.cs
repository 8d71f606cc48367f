using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of the maps in the kernel.</summary>
public sealed class KernelMapCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        KernelMap.All().Where(map => map.Name.Length > 0).OrderBy(map => map.Name, StringComparer.Ordinal)
            .Select(map => (map.Name, $"{map.Name}: {map.Type}, id {map.Id}"));
}
