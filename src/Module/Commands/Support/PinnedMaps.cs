namespace EbpfCat.Commands;

/// <summary>The maps that are pinned in a directory, open.</summary>
internal sealed class PinnedMaps(string directory) : IDisposable
{
    public string Directory => directory;

    /// <summary>The maps, by the names they are pinned by.</summary>
    public IReadOnlyList<LiveMap> Maps { get; } = Pins.OpenMaps(directory);

    public void Dispose()
    {
        foreach (var map in Maps) map.Dispose();
    }
}
