using System.Collections;
using System.Reflection;
using System.Text;

namespace EbpfCat.Kernels;

/// <summary>
/// The shell command that runs the tests of this repository, as they were built together with this program.
/// </summary>
internal static class TestSuites
{
    /// <summary>The category of the tests of hooks that many kernels lack.</summary>
    public const string Hooks = "Hooks";

    /// <summary>The category of the tests for a kernel that is locked down; elsewhere they are skipped.</summary>
    public const string Lockdown = "Lockdown";

    // The category of the tests that ask for a speed, which no emulated processor has.
    private const string Timing = "Timing";

    private const string SettingPrefix = "EBPFCAT_";

    /// <summary>The repository's directory.</summary>
    public static string Repository { get; } = Metadata("RepositoryRoot");

    /// <summary>
    /// The environment of the tests: what .NET needs to be bearable on emulated processors, and the tests' own
    /// settings, those of the caller before those made here.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment
    {
        get
        {
            var variables = new Dictionary<string, string>
            {
                ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
                ["HOME"] = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
                ["LANG"] = "C.UTF-8",
                ["TERM"] = "dumb",
                ["NO_COLOR"] = "1",

                // No code that only counts, nor code compiled twice, and as few threads and changes of memory
                // protection as possible: with each of them the processors wait for one another.
                ["DOTNET_TieredPGO"] = "0",
                ["DOTNET_TC_CallCounting"] = "0",
                ["DOTNET_EnableWriteXorExecute"] = "0",
                ["DOTNET_gcConcurrent"] = "0",
                ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
                ["POWERSHELL_UPDATECHECK"] = "Off",

                // The machine is isolation enough, and a second pwsh costs it many seconds.
                ["EBPFCAT_ISOLATED"] = "1",
                ["EBPFCAT_RANDOM_PROGRAMS"] = "50",
            };
            foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            {
                if (variable.Key is string name && name.StartsWith(SettingPrefix, StringComparison.Ordinal))
                {
                    variables[name] = (string)variable.Value!;
                }
            }

            return variables;
        }
    }

    /// <summary>
    /// Runs the engine tests and the Pester tests; fails where one of them fails.
    /// Tests of the category <c>Timing</c> are left out.
    /// </summary>
    /// <param name="category">
    /// Runs only the engine tests with that trait <c>Category</c> and the Pester tests with that tag.
    /// </param>
    /// <param name="engineArguments">
    /// More arguments for the xUnit runner; with any, the Pester tests are left out.
    /// </param>
    public static string Command(string? category, IReadOnlyList<string> engineArguments)
    {
        var command = new StringBuilder("status=0\n");
        command.Append("dotnet exec ").Append(Shell.Quote(Metadata("EngineTests")))
            .Append($" -noLogo -noColor -trait- Category={Timing}");
        if (category is not null)
        {
            command.Append(" -trait ").Append(Shell.Quote($"Category={category}"));
        }

        foreach (var argument in engineArguments)
        {
            command.Append(' ').Append(Shell.Quote(argument));
        }

        command.AppendLine(" || status=1");
        if (engineArguments.Count == 0)
        {
            var tag = $" -ExcludeTag {Timing}" + (category is null ? "" : $" -Tag {Shell.Quote(category)}");
            command.AppendLine(
                $"dotnet pwsh -NoProfile -NonInteractive -File tests/Pester/Invoke-Suite.ps1{tag} || status=1");
        }

        return command.AppendLine("exit $status").ToString();
    }

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key).Value!;
}
