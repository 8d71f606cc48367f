using System.Runtime.CompilerServices;

namespace EbpfCat.Tests.Structure;

/// <summary>The sources that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with the sources; it may be absent where the tests run on another machine.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "../../.."));

    /// <summary>Skips the calling test where the sources are absent.</summary>
    public static void Require() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Root, "src")), "The sources are not on this machine.");

    /// <summary>The full path of a path below the root.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
