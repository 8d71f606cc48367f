using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EbpfCat.Tests.Hosting;

/// <summary>The help file and the pages that it is written from: <c>build.ps1 Help</c> writes it anew.</summary>
public sealed partial class HelpTests
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly Dictionary<string, XElement> Commands =
        XDocument.Load(Path.Combine(Repository.Root, "src/Module/Help/EbpfCat.dll-Help.xml")).Root!.Elements()
            .ToDictionary(command => command.Element(Command + "details")!.Element(Command + "name")!.Value);

    private static readonly Dictionary<string, string> Pages =
        Directory.GetFiles(Path.Combine(Repository.Root, "docs/cmdlets"), "*.md")
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText);

    public static TheoryData<string> PageNames => [.. Pages.Keys.Order()];

    [Fact]
    public void Help_file_has_the_commands_of_the_pages() => RequireSame(Pages.Keys.Order(), Commands.Keys.Order());

    [Theory]
    [MemberData(nameof(PageNames))]
    public void Help_file_says_what_the_page_says(string name) => RequireSame(
        TextsOfPage(Pages[name]), Commands.TryGetValue(name, out var command) ? TextsOfHelp(command) : []);

    [Theory]
    [MemberData(nameof(PageNames))]
    public void Syntax_blocks_of_the_page_end_with_common_parameters(string name) =>
        Assert.All(
            Code().Matches(Sections(Pages[name], 2)["SYNTAX"]),
            block => Assert.EndsWith(" [<CommonParameters>]", block.Groups[1].Value));

    private static void RequireSame(IEnumerable<string> pages, IEnumerable<string> help) => Assert.True(
        pages.SequenceEqual(help),
        "The help file differs from docs/cmdlets. Write it anew: dotnet pwsh ./build.ps1 Help\n"
        + $"In the pages only: {string.Join('\n', pages.Except(help))}\n"
        + $"In the help file only: {string.Join('\n', help.Except(pages))}");

    private static List<string> TextsOfPage(string page)
    {
        var sections = Sections(page, 2);
        var texts = new List<string> { Plain(sections["SYNOPSIS"]), Plain(sections["DESCRIPTION"]) };
        foreach (var (title, example) in Sections(sections["EXAMPLES"], 3))
        {
            var code = Code().Match(example);
            texts.AddRange([title, code.Groups[1].Value, Plain(example[(code.Index + code.Length)..])]);
        }

        var parameters =
            from parameter in Sections(sections["PARAMETERS"], 3)
            where parameter.Key.StartsWith('-')
            orderby parameter.Key
            select $"{parameter.Key}: {Plain(Code().Replace(parameter.Value, ""))}";
        return [.. texts, .. parameters];
    }

    private static List<string> TextsOfHelp(XElement command)
    {
        static string Text(XElement? parent) =>
            Plain(string.Join(' ', parent!.Elements(Maml + "para").Select(paragraph => paragraph.Value)));

        var texts = new List<string>
        {
            Text(command.Element(Command + "details")!.Element(Maml + "description")),
            Text(command.Element(Maml + "description")),
        };
        foreach (var example in command.Element(Command + "examples")!.Elements())
        {
            texts.Add(example.Element(Maml + "title")!.Value.Trim('-', ' '));
            texts.Add(example.Element(Dev + "code")!.Value);
            texts.Add(Text(example.Element(Dev + "remarks")));
        }

        var parameters =
            from parameter in command.Element(Command + "parameters")!.Elements()
            let parameterName = $"-{parameter.Element(Maml + "name")!.Value}"
            orderby parameterName
            select $"{parameterName}: {Text(parameter.Element(Maml + "description"))}";
        return [.. texts, .. parameters];
    }

    // The texts below the headings of a level.
    private static Dictionary<string, string> Sections(string page, int level) =>
        Regex.Split(page, $@"^{new string('#', level)} (?=\S)", RegexOptions.Multiline).Skip(1).ToDictionary(
            section => section[..section.IndexOf('\n')],
            section => section[section.IndexOf('\n')..]);

    private static string Plain(string markdown) => Space().Replace(markdown.Replace("`", ""), " ").Trim();

    [GeneratedRegex(@"^```\w*\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
