namespace EbpfCat.Tests.Compiler.Passes;

/// <summary>
/// One case of a file of cases: a line <c>== PASS: what the case shows</c>, the input, a line <c>--</c>, the expected
/// output.
/// </summary>
internal sealed record PassCase(string Pass, string Title, string Input, string Expected)
{
    private const string Start = "== ";
    private const string Between = "--";

    public static IReadOnlyList<PassCase> ReadFile(string path)
    {
        var cases = new List<PassCase>();
        foreach (var part in ("\n" + File.ReadAllText(path)).Split("\n" + Start).Skip(1))
        {
            var lines = part.Split('\n');
            var between = Array.IndexOf(lines, Between);
            var (input, expected) = between < 0 ? (lines[1..], []) : (lines[1..between], lines[(between + 1)..]);
            var name = lines[0].Split(": ", 2);
            cases.Add(new PassCase(name[0], name[1], Text(input), Text(expected)));
        }

        return cases;
    }

    public static void WriteFile(string path, IEnumerable<PassCase> cases) => File.WriteAllText(
        path, string.Join(
            "\n", cases.Select(at => $"{Start}{at.Pass}: {at.Title}\n{at.Input}{Between}\n{at.Expected}")));

    private static string Text(string[] lines) =>
        string.Concat(lines.Where(line => line.Length > 0).Select(line => line + "\n"));
}
