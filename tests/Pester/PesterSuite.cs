using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace EbpfCat.Tests.Pester;

/// <summary>The Pester suite: each test is a row of one theory, so that <c>dotnet test</c> counts it.</summary>
public sealed class PesterSuite
{
    // The exit code of Invoke-Suite.ps1 where the tests cannot run.
    private const int CannotRun = 77;

    private static readonly string Repository = typeof(PesterSuite).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Repository").Value!;

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(RunSuite))]
    public void Pester_test_passes(string? failure)
    {
        if (failure is not null) Assert.Fail(failure);
    }

    /// <summary>Runs the suite once, in PowerShell as the .NET tool of this repository.</summary>
    public static async Task<IEnumerable<TheoryDataRow<string?>>> RunSuite()
    {
        var (restored, restoreOutput) = await RunDotNet("tool", "restore");
        if (restored != 0) throw new InvalidOperationException($"'dotnet tool restore' failed.\n{restoreOutput}");

        var report = Path.GetTempFileName();
        try
        {
            var suite = Path.Combine(Repository, "tests/Pester/Invoke-Suite.ps1");
            var (exitCode, output) = await RunDotNet(
                "pwsh", "-NoProfile", "-NonInteractive", "-File", suite, "-Report", report);
            if (exitCode == CannotRun) return [new TheoryDataRow<string?>(null) { Skip = output.Trim() }];

            var json = await File.ReadAllTextAsync(report);
            if (json.Length == 0) throw new InvalidOperationException($"The suite wrote no report.\n{output}");

            var rows = JsonSerializer.Deserialize<Row[]>(json)!.Select(Convert).ToList();
            return exitCode == 0 || rows.Exists(row => row.Data is not null)
                ? rows
                : throw new InvalidOperationException($"The suite failed, but none of its tests did.\n{output}");
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static TheoryDataRow<string?> Convert(Row row) => new(row.Result == "Failed" ? row.Error : null)
    {
        TestDisplayName = $"{row.File}: {row.Name}",
        Label = "", // No arguments in the name.
        Skip = row.Result switch
        {
            "Passed" or "Failed" => null,
            _ when row.Error.Length > 0 => row.Error,
            _ => "The kernel or the machine lacks what the test needs.",
        },
    };

    private static async Task<(int ExitCode, string Output)> RunDotNet(params string[] arguments)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, arguments)
        {
            WorkingDirectory = Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private sealed record Row(string Name, string Result, string File, string Error);
}
