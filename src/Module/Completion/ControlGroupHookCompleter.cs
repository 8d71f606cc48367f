using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;

namespace EbpfCat.Completion;

/// <summary>Completes the hooks of control groups.</summary>
public sealed class ControlGroupHookCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        ProgramHooks.OfControlGroups.SelectMany(type => ProgramHooks.Of(type).Select(hook => (hook.ToString(), $"{hook}: of type {type}")));
}
