using System.Text.RegularExpressions;

namespace EbpfCat.Kernels;

/// <summary>
/// One suite of the Debian archive, from the mirror that this machine's apt is configured for. Works on package
/// lists of its own in a temporary directory: neither the machine's lists nor its packages are touched.
/// </summary>
internal sealed partial class DebianArchive : IDisposable
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationToken _cancellation;
    private readonly Tool _get = Tool.Find("apt-get", "apt");
    private readonly Tool _cache = Tool.Find("apt-cache", "apt");
    private readonly Tool _extract = Tool.Find("dpkg-deb", "dpkg");

    /// <summary>Fetches the package list of <paramref name="suite"/>.</summary>
    public DebianArchive(string suite, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        try
        {
            Directory.CreateDirectory(_directory["state/lists/partial"]);
            Directory.CreateDirectory(_directory["cache/archives/partial"]);
            File.WriteAllText(_directory["status"], "");
            File.WriteAllText(_directory["sources.list"], $"deb [signed-by={Keyring}] {FindMirror()} {suite} main\n");
            _get.Run([.. Options, "update"], cancellation);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    private IEnumerable<string> Options =>
    [
        "--quiet=2",
        $"--option=Dir::Etc::SourceList={_directory["sources.list"]}",
        "--option=Dir::Etc::SourceParts=/dev/null",
        "--option=Dir::Etc::PreferencesParts=/dev/null",
        $"--option=Dir::State={_directory["state"]}",
        $"--option=Dir::State::status={_directory["status"]}",
        $"--option=Dir::Cache={_directory["cache"]}",
        "--option=APT::Architecture=amd64",
        "--option=APT::Architectures=amd64",
        "--option=APT::Update::Error-Mode=any",
        // The user that apt downloads as may not enter a directory of ours.
        "--option=APT::Sandbox::User=",
        "--option=Acquire::Languages=none",
        "--option=Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    ];

    /// <summary>
    /// Unpacks a package, and those of the same source and version that it depends on, into a directory.
    /// </summary>
    public void Unpack(string package, string destination)
    {
        var wanted = new Queue<string>([package]);
        var seen = new HashSet<string>(wanted);
        while (wanted.TryDequeue(out var name))
        {
            _get.Run([.. Options, "download", name], _cancellation, _directory.Path);
            var file = Directory.GetFiles(_directory.Path, "*.deb").Single();
            _extract.Run(["--extract", file, destination], _cancellation);
            File.Delete(file);

            var description = _cache.Run([.. Options, "show", "--no-all-versions", name], _cancellation);
            var version = Version.Match(description).Groups[1].Value;
            foreach (Match dependency in ExactDependency.Matches(Depends.Match(description).Value))
            {
                if (dependency.Groups[2].Value == version && seen.Add(dependency.Groups[1].Value))
                {
                    wanted.Enqueue(dependency.Groups[1].Value);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    // Asked without the release files, so that a machine that never ran apt-get update answers too.
    private string FindMirror() =>
        _get.Run(
            ["indextargets", "--no-release-info", "--format", "$(REPO_URI)", "Created-By: Packages"], _cancellation)
            .Split('\n')
            .FirstOrDefault(uri => uri.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal))
        ?? throw new HarnessException(
            "apt is not configured for a mirror of the Debian archive, which the kernels come from.");

    [GeneratedRegex(@"^Version: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Version { get; }

    [GeneratedRegex(@"^Depends: .*$", RegexOptions.Multiline)]
    private static partial Regex Depends { get; }

    [GeneratedRegex(@"([a-z0-9][a-z0-9+.-]+) \(= ([^)]+)\)")]
    private static partial Regex ExactDependency { get; }
}
