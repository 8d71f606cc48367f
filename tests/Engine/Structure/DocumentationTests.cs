using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EbpfCat.Tests.Structure;

/// <summary>
/// Checks that public members are documented, as the compiler would (CS1591), except for overrides: they have the
/// documentation of what they override.
/// </summary>
public sealed class DocumentationTests
{
    private const string Suppression = "CS1591";

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    [Fact]
    public void Every_public_member_of_the_engine_is_documented()
    {
        Repository.Require();
        var files = Directory.EnumerateFiles(Repository.PathOf("src/Engine"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

        Assert.Equal([], files.SelectMany(file => Undocumented(File.ReadAllText(file))));
    }

    [Fact]
    public void Undocumented_member_is_found() => Assert.Equal(
        ["public int A;"],
        Undocumented("/// <summary>C.</summary>\npublic class C { public int A; int B; public override int D(); }"));

    private static IEnumerable<string> Undocumented(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source, Options).GetRoot();
        var pragmas = root.DescendantNodes(descendIntoTrivia: true).OfType<PragmaWarningDirectiveTriviaSyntax>()
            .Where(pragma => pragma.ErrorCodes.ToString().Contains(Suppression, StringComparison.Ordinal)).ToArray();
        return root.DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().All(IsPublic))
            .Where(member => !member.Modifiers.Any(SyntaxKind.OverrideKeyword) && !IsDocumented(member))
            .Where(member => pragmas.LastOrDefault(pragma => pragma.SpanStart < member.SpanStart)
                is not { DisableOrRestoreKeyword.RawKind: (int)SyntaxKind.DisableKeyword })
            .Select(member => member.ToString().Split('\n')[0]);
    }

    private static bool IsPublic(MemberDeclarationSyntax member) =>
        member is BaseNamespaceDeclarationSyntax or EnumMemberDeclarationSyntax or ExtensionBlockDeclarationSyntax
        || member.Parent is InterfaceDeclarationSyntax || member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (member.Modifiers.Any(SyntaxKind.ProtectedKeyword) && !member.Modifiers.Any(SyntaxKind.PrivateKeyword));

    // A partial type is documented in one of its files.
    private static bool IsDocumented(MemberDeclarationSyntax member) =>
        member is BaseNamespaceDeclarationSyntax or ExtensionBlockDeclarationSyntax
        || member.Modifiers.Any(SyntaxKind.PartialKeyword)
        || member.GetLeadingTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia));
}
