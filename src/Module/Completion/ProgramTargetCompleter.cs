using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes what a program of the type, and of the hook, that are given can be attached to.</summary>
public sealed class ProgramTargetCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        if (!Enum.TryParse<ProgramType>(bound["Type"]?.ToString(), ignoreCase: true, out var type)) return [];
        ProgramHook? hook = Enum.TryParse<ProgramHook>(bound["Hook"]?.ToString(), ignoreCase: true, out var given) ? given : null;
        return ProgramTargets.Names(type, hook).Select(name => (name, $"{hook ?? (object)type}"));
    }
}
