using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Completion;

/// <summary>Completes the names of shared libraries; PowerShell itself completes paths.</summary>
public sealed class TracedFileCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        word.Contains('/', StringComparison.Ordinal) ? [] : SharedLibraries.Names.Select(name => (name, "shared library"));
}
