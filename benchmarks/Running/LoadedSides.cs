namespace EbpfCat.Benchmarks.Running;

/// <summary>The programs of a benchmark in the kernel, their maps as it wants them.</summary>
internal sealed class LoadedSides : IDisposable
{
    private readonly LoadedSide[] _sides;

    /// <summary>Loads all, beginning with one of them.</summary>
    public LoadedSides(Benchmark benchmark, IReadOnlyList<Func<LoadedSide>> loaders, int first = 0)
    {
        _sides = new LoadedSide[loaders.Count];
        try
        {
            for (var i = 0; i < loaders.Count; i++)
            {
                var index = (first + i) % loaders.Count;
                _sides[index] = loaders[index]();
                benchmark.Prepare(_sides[index].Maps);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The programs in the order of their loaders.</summary>
    public IReadOnlyList<LoadedSide> All => _sides;

    public void Dispose()
    {
        foreach (var side in _sides) side?.Dispose();
    }
}
