using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of what iterators go through.</summary>
public sealed class IteratorCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramTargets.Names(ProgramType.Tracing, ProgramHook.Iterator).Select(name => (name, "iterator"));
}
