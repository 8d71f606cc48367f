using System.ComponentModel;
using System.Diagnostics;
using EbpfCat.Bytecode;

namespace EbpfCat.Benchmarks.Clang;

/// <summary>Runs clang on the C programs.</summary>
/// <param name="Command">The command, such as <c>clang-19</c>.</param>
internal sealed record ClangCompiler(string Command)
{
    /// <summary>The first line of <c>clang --version</c>; null where it is not installed.</summary>
    public string? Version
    {
        get
        {
            try
            {
                return Run("--version").Split('\n')[0].Trim();
            }
            catch (Win32Exception)
            {
                return null;
            }
        }
    }

    /// <summary>How it is called.</summary>
    public static string ArgumentsFor(InstructionSet set) =>
        $"-O2 -mcpu={set.ToString().ToLowerInvariant()} -target bpf";

    /// <summary>Whether it knows an instruction set.</summary>
    public bool Knows(InstructionSet set)
    {
        try
        {
            Run($"{ArgumentsFor(set)} -x c -fsyntax-only /dev/null");
            return true;
        }
        catch (ClangException)
        {
            return false;
        }
    }

    /// <summary>Compiles a benchmark's C.</summary>
    public ElfObject Compile(Benchmark benchmark, InstructionSet set)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "C", benchmark.Name + ".c");
        var output = Path.GetTempFileName();
        try
        {
            Run($"{ArgumentsFor(set)} -Wall -c \"{source}\" -o \"{output}\"");
            return new ElfObject(File.ReadAllBytes(output));
        }
        finally
        {
            File.Delete(output);
        }
    }

    private string Run(string arguments)
    {
        var start = new ProcessStartInfo(Command, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new ClangException($"{Command} {arguments}\n{errors.Result}");
    }
}
