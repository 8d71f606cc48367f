using PublicApiGenerator;

namespace EbpfCat.Tests.Structure;

/// <summary>
/// Compares the public API of the engine with <c>PublicApi.txt</c>, so that a change of the API is a visible
/// difference. With the environment variable <c>EBPFCAT_WRITE_API=1</c> the file is written anew instead.
/// </summary>
public sealed class PublicApiTests
{
    private const string WriteSetting = "EBPFCAT_WRITE_API";

    [Fact]
    public void The_public_api_is_that_of_the_checked_in_file()
    {
        Repository.Require();
        var path = Repository.PathOf("src/Engine/PublicApi.txt");
        var actual = Folders.Engine.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
            .TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(WriteSetting) == "1") File.WriteAllText(path, actual);

        var expected = File.ReadAllText(path);

        var difference = Difference(expected, actual);
        Assert.True(
            difference.Length == 0, $"The public API differs from {path}. If that is meant, write the file anew with " +
            $"{WriteSetting}=1 and commit it.\n{difference}");
    }

    private static string Difference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        if (before.AsSpan().SequenceEqual(after)) return "";
        var changes = before.Except(after).Select(line => $"- {line.Trim()}")
            .Concat(after.Except(before).Select(line => $"+ {line.Trim()}"));
        return string.Join('\n', changes.DefaultIfEmpty("The lines are the same, in another order.").Take(40));
    }
}
