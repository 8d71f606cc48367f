using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;

namespace EbpfCat.Completion;

/// <summary>Completes the names of what kernels have. Nothing is asked of the kernel.</summary>
public sealed class FeatureCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
    [
        .. Enum.GetNames<BpfProgramType>().Select(name => (name, "type of program")),
        .. Enum.GetNames<BpfMapType>().Select(name => (name, "type of map")),
        .. Enum.GetNames<BpfLinkType>().Select(name => (name, "attachment")),
        .. HelperTable.All.Select(helper => (helper.Name, helper.ToString())),
    ];
}
