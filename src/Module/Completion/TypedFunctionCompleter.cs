using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of the kernel functions whose arguments have types.</summary>
public sealed class TypedFunctionCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramTargets.Names(ProgramType.Tracing).Select(name => (name, "kernel function"));
}
