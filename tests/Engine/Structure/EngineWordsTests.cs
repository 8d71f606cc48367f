using System.Text.RegularExpressions;

namespace EbpfCat.Tests.Structure;

public sealed partial class EngineWordsTests
{
    [Fact]
    public void Strings_of_the_engine_name_no_cmdlet_parameter_or_script_variable()
    {
        Repository.Require();
        var found = Directory.EnumerateFiles(Repository.PathOf("src/Engine"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Select(line => (File: Path.GetFileName(path), Line: line.Trim())))
            .Where(one => !one.Line.StartsWith("//", StringComparison.Ordinal))
            .Where(one => Literal().Matches(one.Line).Any(text => PowerShell().IsMatch(text.Value)));
        Assert.Empty(found);
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"
        """)]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?:^""|\s)-[A-Z][a-z]+|\b[A-Z][a-z]+-(?:Ebpf|Xdp|Network|Packet|Syscall|\w+Attachment)\w*"
        + @"|\$(?:packet|event|process|kernel|using)\b")]
    private static partial Regex PowerShell();
}
