namespace EbpfCat.Tracing;

/// <summary>Finds programs and shared libraries by name.</summary>
public static class SharedLibraries
{
    private static readonly string Triplet =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    // Directories of the loaders of glibc and musl, and of Debian; the cache knows the rest.
    private static readonly string[] Directories =
    [
        $"/lib/{Triplet}", $"/usr/lib/{Triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib64",
        "/usr/local/lib",
    ];

    /// <summary>The distinct names of the shared libraries that the loader knows, sorted: <c>libc.so.6</c>.</summary>
    public static IReadOnlyList<string> Names => Cached().Concat(InDirectories()).Select(each => each.Name)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>The file for a name: a path, a program on the PATH, or a shared library.</summary>
    /// <param name="name">
    /// A path that contains a slash; the name of a program (<c>bash</c>); or the full or short name of a library
    /// (<c>libc.so.6</c>, <c>libc</c>, <c>c</c>). A program takes precedence over a library.
    /// </param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public static string Resolve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(name);
            if (File.Exists(path)) return path;
            var directory = Path.GetDirectoryName(path);
            throw new UnknownNameException(
                "file", path, Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : []);
        }

        return FindProgram(name) ?? Find(name) ?? throw new UnknownNameException(
            "program or shared library", name, [.. Names, .. Names.Select(Stem), .. Programs()]);
    }

    /// <summary>The path of a shared library, or null.</summary>
    /// <param name="name">
    /// The full name (<c>libc.so.6</c>), without version (<c>libc.so</c>, <c>libc</c>), or without <c>lib</c>
    /// (<c>c</c>). The highest version is found.
    /// </param>
    public static string? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // Libraries that the loader knows come first; its directories are searched only for others.
        return Find(name, Cached()) ?? Find(name, InDirectories());
    }

    /// <summary>The path of a program on the PATH, or null.</summary>
    public static string? FindProgram(string name) =>
        ProgramDirectories().Select(directory => Path.Combine(directory, name)).FirstOrDefault(IsElf);

    /// <summary>A library's name without version and suffix: <c>libssl</c> for <c>libssl.so.3</c>.</summary>
    private static string Stem(string name)
    {
        var at = name.IndexOf(".so", StringComparison.Ordinal);
        return at > 0 && (at + 3 == name.Length || name[at + 3] == '.') ? name[..at] : name;
    }

    private static int[] Version(string name) =>
    [
        .. name[Stem(name).Length..].Split('.').Skip(2)
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : 0),
    ];

    private static Comparer<int[]> VersionOrder { get; } =
        Comparer<int[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private static string? Find(string name, List<(string Name, string Path)> libraries)
    {
        if (libraries.Find(each => each.Name == name) is { Path: { } exact } && IsElf(exact)) return exact;
        var stem = Stem(name);
        return libraries.Where(each => Stem(each.Name) is var other && (other == stem || other == "lib" + stem))
            .OrderByDescending(each => Stem(each.Name) == stem)
            .ThenByDescending(each => Version(each.Name), VersionOrder)
            .Select(each => each.Path)
            .FirstOrDefault(IsElf);
    }

    private static List<(string Name, string Path)> Cached() =>
        KernelFile.TryRead(LibraryCache.Path, out var cache) == Errno.None ? LibraryCache.Read(cache) : [];

    private static List<(string Name, string Path)> InDirectories() =>
    [
        .. Directories.Where(Directory.Exists).SelectMany(directory => Directory.EnumerateFiles(directory, "lib*.so*"))
            .Select(path => (Path.GetFileName(path), path)),
    ];

    private static IEnumerable<string> Programs() =>
        ProgramDirectories().Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)
            .Select(path => Path.GetFileName(path));

    private static string[] ProgramDirectories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries);

    // A .so file can be a linker script, and a program on the PATH a shell script.
    private static bool IsElf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[4];
            return RandomAccess.Read(file, start, 0) == 4 && start.SequenceEqual("\u007fELF"u8);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
