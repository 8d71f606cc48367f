namespace EbpfCat.Commands;

/// <summary>Finds pins by name, path or wildcard.</summary>
internal static class PinTarget
{
    /// <summary>The path of a pin that exists, be it an attachment's; else the path of a pin to be made.</summary>
    public static string PathOf(string name)
    {
        var path = PinPath.Of(name);
        if (Exists(path)) return path;
        var attachment = PinDirectory.PathOf(name);
        return Exists(attachment) ? attachment : path;
    }

    /// <summary>The paths that a name, or a path with wildcards, matches.</summary>
    public static IEnumerable<string> Resolve(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name)) return [PathOf(name)];
        var pattern = WildcardPattern.Get(name, WildcardOptions.None);
        var slash = name.LastIndexOf('/', name.IndexOfAny(['*', '?', '[']));
        var isPath = slash >= 0;
        return Pins.In(isPath ? name[..Math.Max(1, slash)] : PinPath.Root).Select(pin => pin.Path)
            .Where(path => pattern.IsMatch(isPath ? path : Path.GetFileName(path)));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
