using System.Collections.Immutable;
using EbpfCat.Language;

namespace EbpfCat.Compiler;

/// <summary>What is known of the packet at a point of the program.</summary>
/// <param name="Headers">The headers that are there.</param>
/// <param name="Siblings">
/// Where headers begin that lie in the same places, under the one of them that stands for all.
/// </param>
internal sealed record PacketFacts(
    ImmutableDictionary<PacketHeader, HeaderFact> Headers, ImmutableDictionary<PacketHeader, SiblingsFact> Siblings)
{
    /// <summary>Nothing.</summary>
    public static PacketFacts None { get; } = new(
        ImmutableDictionary<PacketHeader, HeaderFact>.Empty, ImmutableDictionary<PacketHeader, SiblingsFact>.Empty);

    /// <summary>What is known here and there too.</summary>
    public PacketFacts Meet(PacketFacts other) => ReferenceEquals(this, other)
        ? this
        : new PacketFacts(Meet(Headers, other.Headers), Meet(Siblings, other.Siblings));

    private static ImmutableDictionary<PacketHeader,
        T> Meet<T>(ImmutableDictionary<PacketHeader, T> a, ImmutableDictionary<PacketHeader, T> b)
        where T : class
    {
        var result = a;
        foreach (var (header, fact) in a)
        {
            if (!b.TryGetValue(header, out var other) || !fact.Equals(other)) result = result.Remove(header);
        }

        return result;
    }
}
