namespace EbpfCat.Kernel;

/// <summary>The position of a batch read of a map.</summary>
internal sealed class BatchCursor
{
    public BatchCursor(MapDescriptor map)
    {
        // A hash keeps the number of a bucket here, other maps a key.
        Position = new byte[Math.Max(map.KeySize, sizeof(uint))];
    }

    public bool AtEnd { get; internal set; }
    internal bool Started { get; set; }
    internal byte[] Position { get; }
}
