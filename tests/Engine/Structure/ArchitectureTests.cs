using System.Text.RegularExpressions;

namespace EbpfCat.Tests.Structure;

public sealed partial class ArchitectureTests
{
    // Uses that the table does not allow. Each goes from a folder to one above it, so the data flow stays one way.
    private static readonly string[] KnownUses =
    [
        "Binding -> Bytecode",
        "Compiler -> Language",
        "Tracing -> Language",
        "Maps -> Language",
        "Attachments -> Types",
        "Attachments -> Language",
        "Attachments -> Tracing",
        "Attachments -> Maps",
        "Events -> Kernel",
        "Events -> Language",
        "Events -> Binding",
        "Events -> Compiler",
        "Events -> Tracing",
        "Events -> Programs",
    ];

    // What a caller of the engine needs to know of the kernel layer: its errors.
    private static readonly string[] PublicKernelTypes = ["Capability", "Errno", "KernelException", "LockdownMode"];

    [Fact]
    public void Every_namespace_is_a_folder_of_the_table()
    {
        var namespaces = Folders.Engine.GetTypes().Select(type => type.Namespace).OfType<string>()
            .Where(name => name.StartsWith("EbpfCat.", StringComparison.Ordinal)).Distinct();

        AssertNone(namespaces.Except(Folders.Names.Select(folder => $"EbpfCat.{folder}")));
    }

    [Fact]
    public void Every_file_declares_the_namespace_of_its_folder()
    {
        Repository.Require();
        var engine = Repository.PathOf("src/Engine");

        var wrong = Folders.Names.Select(folder => Path.Combine(engine, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => NamespaceDeclaration().Match(File.ReadAllText(file)) is { Success: true } match &&
                    match.Groups[1].Value != $"EbpfCat.{Path.GetFileName(folder)}"));

        AssertNone(wrong);
    }

    [Fact]
    public void A_folder_uses_only_folders_above_it() =>
        AssertNone(Folders.Uses.Where(use => !Folders.IsAbove(use.To, use.From)));

    [Fact]
    public void A_folder_uses_only_what_the_table_allows()
    {
        var others = Folders.Uses.Where(use => !Folders.MayUse(use.From, use.To))
            .ToDictionary(use => $"{use.From} -> {use.To}", use => use.Example);

        AssertNone(others.Where(use => !KnownUses.Contains(use.Key)));
        // A use that is gone leaves the list, so that it cannot come back.
        AssertNone(KnownUses.Where(use => !others.ContainsKey(use)));
    }

    [Fact]
    public void The_engine_references_no_PowerShell_assembly() =>
        Assert.DoesNotContain(Folders.Engine.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("System.Management.Automation", StringComparison.Ordinal) ||
                name.Name.StartsWith("Microsoft.PowerShell", StringComparison.Ordinal));

    [Fact]
    public void The_kernel_layer_shows_only_its_errors() => Assert.Equal(
        PublicKernelTypes,
        Folders.Engine.GetExportedTypes().Where(type => type is { Namespace: "EbpfCat.Kernel", IsNested: false })
            .Select(type => type.Name).Order());

    private static void AssertNone<T>(IEnumerable<T> found) => Assert.True(!found.Any(), string.Join('\n', found));

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();
}
