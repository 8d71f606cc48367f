using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of tracepoints.</summary>
public sealed class TracepointCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramTargets.Names(ProgramType.Tracepoint).Select(name => (name, "tracepoint"));
}
