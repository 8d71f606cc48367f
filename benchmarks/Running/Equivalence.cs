using EbpfCat.Benchmarks.Packets;
using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Benchmarks.Running;

/// <summary>Proves that the programs of a benchmark do the same: verdicts, packets, variables and maps.</summary>
internal static class Equivalence
{
    private const int DifferencesShown = 5;

    /// <summary>Runs all on the same packets and compares them with the first.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="sides">The programs with their names.</param>
    /// <returns>What differs; empty if nothing does.</returns>
    public static List<string> Check(Benchmark benchmark, IReadOnlyList<(string Name, LoadedSide Loaded)> sides)
    {
        var differences = new List<string>();
        var first = sides[0].Loaded;
        foreach (var packet in Corpus.Packets.Concat(benchmark.Packets).Append(benchmark.Packet))
        {
            var ours = first.Run(packet);
            foreach (var (name, side) in sides.Skip(1))
            {
                var theirs = side.Run(packet);
                var text = Convert.ToHexString(packet);
                if (ours.Verdict != theirs.Verdict)
                    differences.Add($"{text}: verdict {ours.Verdict}, {name} {theirs.Verdict}");
                if (!ours.Packet.AsSpan().SequenceEqual(theirs.Packet))
                {
                    differences.Add($"{text}: out {Convert.ToHexString(ours.Packet)}, " +
                        $"{name} {Convert.ToHexString(theirs.Packet)}");
                }
            }

            if (differences.Count >= DifferencesShown) return differences;
        }

        foreach (var (name, side) in sides.Skip(1)) differences.AddRange(CompareMemory(benchmark, first, name, side));
        return differences;
    }

    private static IEnumerable<string> CompareMemory(
        Benchmark benchmark, LoadedSide first, string name, LoadedSide side)
    {
        var definition = benchmark.Define();
        foreach (var variable in definition.Variables)
        {
            var (ours, theirs) = (first.BytesOf(variable.Name), side.BytesOf(variable.Name));
            if (!ours.AsSpan().SequenceEqual(theirs))
            {
                yield return $"{variable.Name}: {Convert.ToHexString(ours)}, {name} {Convert.ToHexString(theirs)}";
            }
        }

        foreach (var map in definition.Maps)
        {
            var times = benchmark.TimesIn(map.Name);
            var differences = Compare($"{name}: {map.Name}", Dump(first.Maps[map.Name], times),
                Dump(side.Maps[map.Name], times));
            foreach (var difference in differences.Take(DifferencesShown)) yield return difference;
        }
    }

    private static IEnumerable<string> Compare(
        string map, Dictionary<string, string> ours, Dictionary<string, string> theirs) =>
        from key in ours.Keys.Union(theirs.Keys)
        let value = ours.GetValueOrDefault(key, "absent")
        let other = theirs.GetValueOrDefault(key, "absent")
        where value != other
        select $"{map}[{key}]: {value}, there {other}";

    private static Dictionary<string, string> Dump(LiveMap map, Range times)
    {
        var entries = new Dictionary<string, string>();
        byte[] key = [];
        var value = new byte[map.Descriptor.ValueSize];
        var next = new byte[map.Descriptor.KeySize];
        for (; Bpf.GetNextKey(map.Descriptor, key, next); next = new byte[next.Length])
        {
            if (Bpf.Lookup(map.Descriptor, next, value))
            {
                value.AsSpan(times).Clear();
                entries[Convert.ToHexString(next)] = Convert.ToHexString(value);
            }

            key = next;
        }

        return entries;
    }
}
