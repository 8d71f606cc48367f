using System.Management.Automation.Language;

namespace EbpfCat.Tests.Hosting;

/// <summary>
/// Makes kernel scripts from others by small changes: of tokens, and of nodes of the syntax tree, which are replaced by
/// tokens and nodes of the whole corpus.
/// </summary>
internal sealed class ScriptMutator
{
    private const int MaxLength = 4000;

    private readonly IReadOnlyList<string> _corpus;
    private readonly List<string> _tokens = [];
    private readonly List<string> _expressions = [];
    private readonly List<string> _statements = [];

    public ScriptMutator(IReadOnlyList<string> corpus)
    {
        _corpus = corpus;
        foreach (var script in corpus)
        {
            var tree = Parse(script, out var tokens);
            _tokens.AddRange(tokens.Select(token => token.Text));
            foreach (var node in tree.FindAll(_ => true, searchNestedScriptBlocks: true))
            {
                Replacements(node)?.Add(node.Extent.Text);
            }
        }
    }

    /// <summary>Makes a script. The same number makes the same script of the same corpus.</summary>
    public string Create(int number)
    {
        var random = new Random(number);
        var script = Pick(_corpus, random);
        for (var changes = random.Next(3); changes >= 0 && script.Length <= MaxLength; changes--)
        {
            script = random.Next(4) == 0 ? ChangeToken(script, random) : ChangeNode(script, random);
        }

        return script;
    }

    private string ChangeToken(string script, Random random)
    {
        Parse(script, out var tokens);
        if (tokens.Count < 2) return script;

        var token = Pick(tokens, random);
        var foreign = Pick(_tokens, random);
        return Replace(script, token.Extent, random.Next(5) switch
        {
            0 => "",
            1 => $"{token.Text} {token.Text}",
            2 => Pick(tokens, random).Text,
            3 => foreign,
            _ => $"{foreign} {token.Text}",
        });
    }

    private string ChangeNode(string script, Random random)
    {
        var tree = Parse(script, out _);
        var nodes = tree.FindAll(node => Replacements(node) is not null, searchNestedScriptBlocks: true).ToList();
        if (nodes.Count == 0) return script;

        var node = Pick(nodes, random);
        return Replace(script, node.Extent, Pick(Replacements(node)!, random));
    }

    // Any expression may stand where another stands, and any statement.
    private List<string>? Replacements(Ast node) => node switch
    {
        ExpressionAst => _expressions,
        StatementAst => _statements,
        _ => null,
    };

    private static ScriptBlockAst Parse(string script, out List<Token> tokens)
    {
        var tree = Parser.ParseInput(script, out var found, out _);
        tokens = [.. found.Where(token => !string.IsNullOrWhiteSpace(token.Text))];
        return tree;
    }

    private static string Replace(string script, IScriptExtent extent, string text) =>
        string.Concat(script.AsSpan(0, extent.StartOffset), text, script.AsSpan(extent.EndOffset));

    private static T Pick<T>(IReadOnlyList<T> items, Random random) => items[random.Next(items.Count)];
}
