using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace EbpfCat.Tests.Pester;

/// <summary>The Pester suite as one test, so that <c>dotnet test</c> runs all there is.</summary>
public sealed class PesterSuite(ITestOutputHelper output)
{
    // What Invoke-Suite.ps1 exits with where it cannot run.
    private const int CannotRun = 77;

    [Fact]
    public async Task The_Pester_suite_passes()
    {
        var start = new ProcessStartInfo("pwsh")
        {
            ArgumentList = { "-NoProfile", "-NonInteractive", "-File", Path.Combine(Metadata("Tests"), "Invoke-Suite.ps1"), Metadata("Module") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";

        using var pwsh = Start(start);
        var cancelled = TestContext.Current.CancellationToken;
        var error = pwsh.StandardError.ReadToEndAsync(cancelled);
        var report = await pwsh.StandardOutput.ReadToEndAsync(cancelled) + await error;
        await pwsh.WaitForExitAsync(cancelled);

        output.WriteLine(report);
        Assert.SkipWhen(pwsh.ExitCode == CannotRun, $"The Pester suite was not run. {report.Trim()}");
        if (pwsh.ExitCode != 0) Assert.Fail(report);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("The Pester suite was not run: there is no pwsh on the PATH. It takes PowerShell 7.6 or later.");
            throw;
        }
    }

    private static string Metadata(string key) => typeof(PesterSuite).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
