using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Completion;

/// <summary>Completes the names of system calls, with their arguments for a tip.</summary>
public sealed class SyscallCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound) =>
        Syscalls.Current.Names
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(name => (name, $"{name}({string.Join(", ", Syscalls.Current[name].Arguments.Select(argument => argument.Name))})"));
}
