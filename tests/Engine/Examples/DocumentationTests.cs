using System.Text.RegularExpressions;
using System.Xml.Linq;
using EbpfCat.Programs;
using EbpfCat.Tests.Structure;

namespace EbpfCat.Tests.Examples;

/// <summary>The examples in documentation comments of the engine, and those of the pages.</summary>
public sealed partial class DocumentationTests
{
    // What examples use without declaring it.
    private const string Prelude = """
        global using System.Net;
        global using EbpfCat.Attachments;
        global using EbpfCat.Events;
        global using EbpfCat.Language;
        global using EbpfCat.Maps;
        global using EbpfCat.Programs;
        global using EbpfCat.Types;
        global using static Prelude;

        public static class Prelude
        {
            public static ProgramDefinition definition = new("example", ProgramType.Xdp);
            public static LoadedProgram loaded = EbpfProgram.Load(definition);
            public static CancellationToken cancellation;
        }
        """;

    private static readonly Lazy<IReadOnlyList<XElement>> Members = new(() =>
    {
        var path = Path.ChangeExtension(typeof(EbpfProgram).Assembly.Location, ".xml");
        return File.Exists(path) ? [.. XDocument.Load(path).Descendants("member")] : [];
    });

    public static TheoryData<string, string> Examples => [.. Members.Value.SelectMany(
        member => member.Elements("example").Elements("code"),
        (member, code) => (member.Attribute("name")!.Value, code.Value))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Examples))]
    public void An_example_compiles_without_warnings(string member, string code) =>
        Assert.True(CSharp.Check(code, Prelude) is [], $"{member}:\n{string.Join('\n', CSharp.Check(code, Prelude))}");

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/csharp.md")]
    public void The_CSharp_of_a_page_compiles_without_warnings(string page)
    {
        Repository.Require();
        var blocks = CSharpBlock().Matches(File.ReadAllText(Repository.PathOf(page)));
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Equal([], CSharp.Check(block.Groups[1].Value, Prelude)));
    }

    [Theory]
    [InlineData("T:EbpfCat.Language.ProgramDefinition")]
    [InlineData("T:EbpfCat.Language.CodeBuilder")]
    [InlineData("M:EbpfCat.Language.CodeBuilder.Output")]
    [InlineData("M:EbpfCat.Language.CodeBuilder.Debug")]
    [InlineData("T:EbpfCat.Language.Packet")]
    [InlineData("T:EbpfCat.Language.Event")]
    [InlineData("T:EbpfCat.Language.Current")]
    [InlineData("M:EbpfCat.Programs.EbpfProgram.Load")]
    [InlineData("M:EbpfCat.Programs.LoadedProgram.TestRun")]
    [InlineData("M:EbpfCat.Programs.LoadedProgram.Map")]
    [InlineData("M:EbpfCat.Programs.LoadedProgram.Variable")]
    [InlineData("M:EbpfCat.Events.ProgramEvents")]
    public void A_member_that_people_meet_first_has_an_example(string name)
    {
        Assert.SkipWhen(Members.Value.Count == 0, "The documentation file is not here.");
        Assert.True(
            Members.Value.Any(member => member.Attribute("name")!.Value.StartsWith(name, StringComparison.Ordinal)
                && member.Element("example") is not null),
            name);
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();
}
