using EbpfCat.Benchmarks.Packets;
using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Benchmarks.Running;

/// <summary>Proves that both programs of a pair do the same: verdicts, packets, variables and maps.</summary>
internal static class Equivalence
{
    private const int DifferencesShown = 5;

    /// <summary>Runs both on the same packets and compares.</summary>
    /// <returns>What differs; empty if nothing does.</returns>
    public static List<string> Check(Benchmark benchmark, LoadedSide script, LoadedSide clang)
    {
        var differences = new List<string>();
        foreach (var packet in Corpus.Packets.Concat(benchmark.Packets).Append(benchmark.Packet))
        {
            var (ours, theirs) = (script.Run(packet), clang.Run(packet));
            if (ours.Verdict != theirs.Verdict)
                differences.Add($"{Convert.ToHexString(packet)}: verdict {ours.Verdict}, clang {theirs.Verdict}");
            if (!ours.Packet.AsSpan().SequenceEqual(theirs.Packet))
            {
                differences.Add($"{Convert.ToHexString(packet)}: out {Convert.ToHexString(ours.Packet)}, " +
                    $"clang {Convert.ToHexString(theirs.Packet)}");
            }

            if (differences.Count >= DifferencesShown) return differences;
        }

        var definition = benchmark.Define();
        foreach (var variable in definition.Variables)
        {
            var (ours, theirs) = (script.BytesOf(variable.Name), clang.BytesOf(variable.Name));
            if (!ours.AsSpan().SequenceEqual(theirs))
                differences.Add($"{variable.Name}: {Convert.ToHexString(ours)}, clang {Convert.ToHexString(theirs)}");
        }

        foreach (var map in definition.Maps)
        {
            var times = benchmark.TimesIn(map.Name);
            differences.AddRange(Compare(map.Name, Dump(script.Maps[map.Name], times),
                Dump(clang.Maps[map.Name], times)).Take(DifferencesShown));
        }

        return differences;
    }

    private static IEnumerable<string> Compare(
        string map, Dictionary<string, string> ours, Dictionary<string, string> theirs) =>
        from key in ours.Keys.Union(theirs.Keys)
        let value = ours.GetValueOrDefault(key, "absent")
        let other = theirs.GetValueOrDefault(key, "absent")
        where value != other
        select $"{map}[{key}]: {value}, clang {other}";

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
