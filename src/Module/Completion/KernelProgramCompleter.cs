using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the names of the programs in the kernel.</summary>
public sealed class KernelProgramCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        KernelProgram.All().Where(program => program.Name.Length > 0).OrderBy(program => program.Name, StringComparer.Ordinal)
            .Select(program => (program.Name, $"{program.Name}: {program.Type}, id {program.Id}"));
}
