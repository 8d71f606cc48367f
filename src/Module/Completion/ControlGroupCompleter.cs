using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Attachments;

namespace EbpfCat.Completion;

/// <summary>Completes the names of control groups.</summary>
public sealed class ControlGroupCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ControlGroups.Names.Select(name => (name, "control group"));
}
