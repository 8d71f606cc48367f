using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Attachments;

namespace EbpfCat.Completion;

/// <summary>Completes the names of pins, and below one of them the paths of its maps.</summary>
public sealed class PinCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        foreach (var name in PinDirectory.Names) yield return (name, PinDirectory.PathOf(name));
        if (!word.Contains('/', StringComparison.Ordinal)) yield break;
        var directory = word[..(word.LastIndexOf('/') + 1)];
        foreach (var path in Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory) : [])
            yield return (path, path);
    }
}
