using EbpfCat.Benchmarks.Clang;

namespace EbpfCat.Benchmarks.Running;

/// <summary>A benchmark's two programs in the kernel, their maps as it wants them.</summary>
internal sealed class Pair : IDisposable
{
    private Pair(LoadedSide script, LoadedSide clang) => (Script, Clang) = (script, clang);

    public LoadedSide Script { get; }

    public LoadedSide Clang { get; }

    /// <summary>Loads both, in the one order or the other.</summary>
    public static Pair Load(Benchmark benchmark, ElfObject compiled, bool clangFirst)
    {
        LoadedSide LoadScript() => new ScriptSide(benchmark);
        LoadedSide LoadClang() => new ClangSide(compiled, benchmark);
        var first = clangFirst ? LoadClang() : LoadScript();
        try
        {
            var second = clangFirst ? LoadScript() : LoadClang();
            var pair = clangFirst ? new Pair(second, first) : new Pair(first, second);
            try
            {
                benchmark.Prepare(pair.Script.Maps);
                benchmark.Prepare(pair.Clang.Maps);
                return pair;
            }
            catch
            {
                second.Dispose();
                throw;
            }
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Script.Dispose();
        Clang.Dispose();
    }
}
