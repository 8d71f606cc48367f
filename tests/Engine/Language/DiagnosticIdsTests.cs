using System.Reflection;
using System.Text.RegularExpressions;
using EbpfCat.Language;
using EbpfCat.Tests.Structure;

namespace EbpfCat.Tests.Language;

public sealed partial class DiagnosticIdsTests
{
    [Fact]
    public void Every_error_has_an_id_of_the_table_and_every_id_is_used()
    {
        Repository.Require();
        var ids = typeof(DiagnosticIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name)
            .ToHashSet();
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs",
            SearchOption.AllDirectories)
            .Select(File.ReadAllText).ToList();
        Assert.Empty(sources.SelectMany(source => WrittenId().Matches(source)).Select(match => match.Value));
        Assert.Equal(ids.Order(), sources.SelectMany(source => UsedId().Matches(source))
            .Select(match => match.Groups[1].Value).Distinct().Order());
    }

    [Fact]
    public void No_two_ids_have_one_meaning()
    {
        Repository.Require();
        var table = File.ReadAllText(Path.Combine(Repository.Root, "src", "Engine", "Language", "DiagnosticIds.cs"));
        var meanings = Meaning().Matches(table).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(meanings.Distinct(), meanings);
    }

    [GeneratedRegex(@"new (CompileException|Diagnostic)\(\s*""\w+""|\.(Report|Error)\((\w+, )?""\w+"",")]
    private static partial Regex WrittenId();

    [GeneratedRegex(@"DiagnosticIds\.(\w+)")]
    private static partial Regex UsedId();

    [GeneratedRegex("<summary>(.*)</summary>")]
    private static partial Regex Meaning();
}
