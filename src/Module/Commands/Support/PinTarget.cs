using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Where pins are, by name or path.</summary>
internal static class PinTarget
{
    /// <summary>The path that a name means: of a pin there is, among those of attachments too; else of one to be made.</summary>
    public static string PathOf(string name)
    {
        var path = Pins.PathOf(name);
        var attachment = PinDirectory.PathOf(name);
        return !Exists(path) && Exists(attachment) ? attachment : path;
    }

    /// <summary>The paths that a name or a path with wildcards means; several where it has wildcards.</summary>
    public static IEnumerable<string> Resolve(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name)) return [PathOf(name)];
        var pattern = WildcardPattern.Get(name, WildcardOptions.None);
        var slash = name.LastIndexOf('/', name.IndexOfAny(['*', '?', '[']));
        var isPath = slash >= 0;
        return Pins.In(isPath ? name[..Math.Max(1, slash)] : Pins.DefaultDirectory).Select(pin => pin.Path)
            .Where(path => pattern.IsMatch(isPath ? path : Path.GetFileName(path)));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
