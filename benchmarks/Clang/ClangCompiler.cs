using System.ComponentModel;
using System.Diagnostics;

namespace EbpfCat.Benchmarks.Clang;

/// <summary>Runs clang on the C programs.</summary>
internal sealed class ClangCompiler(string command)
{
    /// <summary>How it is called; the instruction set is that which the other side is compiled for too.</summary>
    public const string Arguments = "-O2 -mcpu=v3 -target bpf";

    /// <summary>The first line of <c>clang --version</c>.</summary>
    public string Version => Run("--version").Split('\n')[0].Trim();

    /// <summary>Compiles a benchmark's C.</summary>
    public ElfObject Compile(Benchmark benchmark)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "C", benchmark.Name + ".c");
        var output = Path.GetTempFileName();
        try
        {
            Run($"{Arguments} -Wall -c \"{source}\" -o \"{output}\"");
            return new ElfObject(File.ReadAllBytes(output));
        }
        finally
        {
            File.Delete(output);
        }
    }

    private string Run(string arguments)
    {
        try
        {
            var start = new ProcessStartInfo(command, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new ClangException($"{command} {arguments}\n{errors.Result}");
        }
        catch (Win32Exception)
        {
            throw new ClangException($"There is no '{command}' to compare with. Install it (Debian: apt install " +
                "clang-14), or name another by --clang.");
        }
    }
}
