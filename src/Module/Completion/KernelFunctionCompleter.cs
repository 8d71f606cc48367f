using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of kernel functions.</summary>
public sealed class KernelFunctionCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramTargets.Names(ProgramType.Kprobe).Select(name => (name, "kernel function"));
}
