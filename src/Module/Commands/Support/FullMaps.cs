using System.Collections.Concurrent;

namespace EbpfCat.Commands;

/// <summary>Warns of maps that were full, once of each.</summary>
internal static class FullMaps
{
    private static readonly ConcurrentDictionary<uint, bool> Warned = new();

    public static void Warn(Action<string> warn, IEnumerable<LiveMap> maps)
    {
        foreach (var map in maps)
        {
            if (map.LostUpdates is 0 || !Warned.TryAdd(map.Id, true)) continue;
            warn(string.Create(CultureInfo.InvariantCulture,
                $"The map '{map.Name}' was full with {map.MaxEntries} entries: updates of other keys were lost, "
                    + $"{map.LostUpdates} so far. A larger one (-MaxEntries) or one that drops the least recently "
                    + $"used entry (-Type Lru{(map.IsPerCpu ? "PerCpu" : "")}Hash) helps."));
        }
    }
}
