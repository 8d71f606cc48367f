using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class SharedLibrariesTests
{
    [Theory]
    [InlineData("libc.so.6")]
    [InlineData("libc")]
    [InlineData("c")]
    public void Library_is_found_by_full_or_short_name(string name) =>
        Assert.Equal("libc.so.6", Path.GetFileName(SharedLibraries.Find(name)));

    [Fact]
    public void Loader_cache_names_existing_files()
    {
        var cache = LibraryCache.Read(File.ReadAllBytes(LibraryCache.Path));
        Assert.Contains(cache, each => each.Name == "libc.so.6");
        Assert.All(cache, each => Assert.True(Path.IsPathRooted(each.Path), each.Path));
    }

    [Fact]
    public void Broken_loader_cache_reads_as_empty()
    {
        var cache = File.ReadAllBytes(LibraryCache.Path);
        Assert.Empty(LibraryCache.Read([]));
        Assert.Empty(LibraryCache.Read("no cache at all"u8));
        Assert.NotNull(LibraryCache.Read(cache.AsSpan(0, cache.Length / 3)));
    }

    [Fact]
    public void Program_is_found_on_PATH_or_by_path()
    {
        Assert.EndsWith("/sleep", SharedLibraries.Resolve("sleep"), StringComparison.Ordinal);
        Assert.Equal("/proc/self/exe", SharedLibraries.Resolve("/proc/self/exe"));
        Assert.EndsWith("/libc.so.6", SharedLibraries.Resolve("libc"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libcc.so.6", "libc.so.6")]
    [InlineData("sleeep", "sleep")]
    public void Unknown_name_is_refused_with_similar_names(string name, string nearest) =>
        Assert.Contains(nearest, Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve(name)).Suggestions);

    [Fact]
    public void Missing_file_is_refused_with_similar_files()
    {
        var refusal = Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve("/usr/bin/sleeep"));
        Assert.Contains("/usr/bin/sleep", refusal.Suggestions);
        Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve("/nowhere/at/all"));
    }
}
