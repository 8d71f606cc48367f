using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Types;

namespace EbpfCat.Completion;

/// <summary>Completes the names of kernel types.</summary>
public sealed class KernelTypeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        EbpfType.KnownNames.Select(name => (name, Tip(EbpfType.Parse(name))));

    private static string Tip(EbpfType type) => $"{type.Name}, {type.Size} byte{(type.Size == 1 ? "" : "s")}";
}
