using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Tracing;

namespace EbpfCat.Completion;

/// <summary>Completes the functions of the program or library that -Path names.</summary>
public sealed class UserFunctionCompleter : PartialNameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        if (bound["Path"] is not string name) return [];
        var path = SharedLibraries.Resolve(name);
        using var file = ElfFile.Open(path);
        return [.. file.FunctionNames.Select(function => (function, $"function in {path}"))];
    }
}
