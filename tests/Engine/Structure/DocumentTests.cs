using System.Text.RegularExpressions;

namespace EbpfCat.Tests.Structure;

/// <summary>Checks that the documents for contributors name folders and files that exist.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Architecture_page_lists_every_folder_of_the_engine()
    {
        Repository.Require();
        var page = File.ReadAllText(Repository.PathOf("ARCHITECTURE.md"));

        var rows = EngineFolder().Matches(page).Select(match => match.Groups[1].Value);

        Assert.Equal(Folders.Names.Where(name => Directory.Exists(Repository.PathOf($"src/Engine/{name}"))), rows);
    }

    [Theory]
    [InlineData("ARCHITECTURE.md", "src/Engine/")]
    [InlineData("CONTRIBUTING.md", "")]
    public void Paths_in_a_document_exist(string document, string otherRoot)
    {
        Repository.Require();
        var paths = InlinePath().Matches(File.ReadAllText(Repository.PathOf(document)))
            .Select(match => match.Groups[1].Value).Where(path => !Placeholder().IsMatch(path));

        Assert.Equal([], paths.Where(path => !Exists(path) && !Exists(otherRoot + path) && !Exists($"src/{path}")));
    }

    [Fact]
    public void Readme_table_links_the_page_of_every_cmdlet()
    {
        Repository.Require();
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs/cmdlets"), "*-*.md")
            .Select(page => $"docs/cmdlets/{Path.GetFileName(page)}");
        var readme = File.ReadLines(Repository.PathOf("README.md"));
        var rows = string.Join('\n', readme.Where(line => line.StartsWith('|')));

        Assert.Equal([], pages.Where(page => !rows.Contains($"]({page})", StringComparison.Ordinal)));
    }

    private static bool Exists(string path) => Path.Exists(Repository.PathOf(path));

    [GeneratedRegex(@"^\| `src/Engine/(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex EngineFolder();

    // CONTRIBUTING.md writes NAME, VERB and NOUN for what the reader fills in.
    [GeneratedRegex("NAME|VERB|NOUN")]
    private static partial Regex Placeholder();

    // Text in backquotes that has a slash and no space.
    [GeneratedRegex(@"`(\w[\w.]*/[\w./]*)`")]
    private static partial Regex InlinePath();
}
