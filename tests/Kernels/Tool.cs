using System.Diagnostics;

namespace EbpfCat.Kernels;

/// <summary>A program of the host.</summary>
/// <param name="Path">Where it is.</param>
internal sealed record Tool(string Path)
{
    /// <summary>
    /// Finds a program on the PATH; <see cref="HarnessException"/> names the Debian package where it is missing.
    /// </summary>
    public static Tool Find(string name, string package) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Append("/usr/sbin")
            .Select(directory => System.IO.Path.Combine(directory, name))
            .Where(File.Exists)
            .Select(path => new Tool(path))
            .FirstOrDefault()
        ?? throw new HarnessException(
            $"{name} is needed and is not there. It is in the Debian package {package}: apt-get install {package}");

    /// <summary>
    /// What the program wrote to its standard output; <see cref="HarnessException"/> where it failed.
    /// </summary>
    public string Run(IEnumerable<string> arguments, CancellationToken cancellation, string? directory = null)
    {
        using var process = new Process { StartInfo = new(Path, arguments) { WorkingDirectory = directory ?? "" } };
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;

        cancellation.ThrowIfCancellationRequested();
        process.Start();
        using var kill = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? output
            : throw new HarnessException(
                $"{System.IO.Path.GetFileName(Path)} failed ({process.ExitCode}): {errors.Result.Trim()}");
    }
}
