using EbpfCat.Programs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EbpfCat.Tests.Examples;

/// <summary>
/// Compiles programs of top-level statements against the engine, with the implicit usings of an SDK project.
/// </summary>
internal static class CSharp
{
    private static readonly CSharpParseOptions Options =
        new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "")]);

    private static readonly SyntaxTree Usings = Parse(string.Concat(
        ((string[])["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading",
            "System.Threading.Tasks"]).Select(name => $"global using {name};\n")));

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
    [
        .. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll")
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
                && !path.EndsWith(".Native.dll", StringComparison.Ordinal))
            .Append(typeof(EbpfProgram).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Compiles sources, warnings included.</summary>
    /// <returns>The errors and warnings.</returns>
    public static IReadOnlyList<string> Check(params IEnumerable<string> sources) =>
        [.. Compile("Checked", sources).GetDiagnostics()
            .Where(one => one.Severity >= DiagnosticSeverity.Warning).Select(one => one.ToString())];

    /// <summary>Writes a program into a folder, with what it takes to run it as <c>dotnet NAME.dll</c>.</summary>
    /// <returns>The path of the program.</returns>
    public static string Build(string name, string source, string folder)
    {
        var path = Path.Combine(folder, name + ".dll");
        var result = Compile(name, [source]).Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        var engine = typeof(EbpfProgram).Assembly.Location;
        File.Copy(engine, Path.Combine(folder, Path.GetFileName(engine)), overwrite: true);
        File.WriteAllText(Path.ChangeExtension(path, ".runtimeconfig.json"), $$"""
            {
              "runtimeOptions": {
                "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" }
              }
            }
            """);
        return path;
    }

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Options);

    private static CSharpCompilation Compile(string name, IEnumerable<string> sources) => CSharpCompilation.Create(
        name,
        sources.Select(Parse).Prepend(Usings),
        References.Value,
        new CSharpCompilationOptions(
            OutputKind.ConsoleApplication,
            nullableContextOptions: NullableContextOptions.Enable,
            optimizationLevel: OptimizationLevel.Release));
}
