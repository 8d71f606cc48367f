using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Completion;

/// <summary>Completes the paths of pins; those in the usual place by their names too.</summary>
public sealed class PinPathCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        var slash = word.LastIndexOf('/');
        var directory = slash < 0 ? BpfFileSystem.UsualPath : word[..Math.Max(1, slash)];
        if (!Directory.Exists(directory)) yield break;
        foreach (var path in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
        {
            var tip = Pins.Read(path) is { } pin ? $"{path}: {pin.Kind} '{pin.Name}', id {pin.Id}" : path;
            yield return (slash < 0 ? Path.GetFileName(path) : path, tip);
        }
    }
}
