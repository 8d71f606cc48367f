using System.Diagnostics;

namespace EbpfCat.Tests.Tracing;

/// <summary>A program that the C compiler made from a source, removed when the test is over.</summary>
internal sealed class CompiledTarget : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ebpfcat").FullName;

    /// <summary>Compiles a source; skips the test where there is no such compiler.</summary>
    public CompiledTarget(string source, string compiler = "gcc", params string[] options)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(System.IO.Path.Combine(folder, compiler))), $"there is no {compiler}");
        var file = System.IO.Path.Combine(_folder, "target.c");
        File.WriteAllText(file, source);
        Path = System.IO.Path.Combine(_folder, "target");
        using var process = Process.Start(compiler, [.. options, "-o", Path, file]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public string Path { get; }

    /// <summary>Runs the program to its end.</summary>
    public void Run()
    {
        using var process = Process.Start(Path);
        process.WaitForExit();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
