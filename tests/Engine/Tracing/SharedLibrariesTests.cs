using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class SharedLibrariesTests
{
    [Theory]
    [InlineData("libc.so.6")]
    [InlineData("libc")]
    [InlineData("c")]
    public void A_library_is_found_by_its_name_whole_or_in_part(string name) =>
        Assert.Equal("libc.so.6", Path.GetFileName(SharedLibraries.Find(name)));

    [Fact]
    public void The_loader_s_cache_names_files_that_exist()
    {
        var cache = LibraryCache.Read(File.ReadAllBytes(LibraryCache.Path));
        Assert.Contains(cache, each => each.Name == "libc.so.6");
        Assert.All(cache, each => Assert.True(Path.IsPathRooted(each.Path), each.Path));
    }

    [Fact]
    public void A_broken_cache_is_an_empty_one()
    {
        var cache = File.ReadAllBytes(LibraryCache.Path);
        Assert.Empty(LibraryCache.Read([]));
        Assert.Empty(LibraryCache.Read("no cache at all"u8));
        Assert.NotNull(LibraryCache.Read(cache.AsSpan(0, cache.Length / 3)));
    }

    [Fact]
    public void A_program_is_found_on_the_path_and_by_its_path()
    {
        Assert.EndsWith("/sleep", SharedLibraries.Resolve("sleep"), StringComparison.Ordinal);
        Assert.Equal("/proc/self/exe", SharedLibraries.Resolve("/proc/self/exe"));
        Assert.EndsWith("/libc.so.6", SharedLibraries.Resolve("libc"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libcc.so.6", "libc.so.6")]
    [InlineData("sleeep", "sleep")]
    public void An_unknown_name_is_refused_with_the_nearest_names(string name, string nearest) =>
        Assert.Contains(nearest, Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve(name)).Suggestions);

    [Fact]
    public void A_path_that_leads_nowhere_is_refused_with_its_neighbours()
    {
        var refusal = Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve("/usr/bin/sleeep"));
        Assert.Contains("/usr/bin/sleep", refusal.Suggestions);
        Assert.Throws<UnknownNameException>(() => SharedLibraries.Resolve("/nowhere/at/all"));
    }
}
