using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of raw tracepoints.</summary>
public sealed class RawTracepointCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramTargets.Names(ProgramType.RawTracepoint).Select(name => (name, "raw tracepoint"));
}
