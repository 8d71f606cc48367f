using System.Collections.Immutable;

namespace EbpfCat.Compiler;

/// <summary>
/// What is known of the packet at a point of the program, so that a header is found once on each path. A helper that
/// changes the packet, or a write to a field by which headers are found, ends all facts.
/// </summary>
/// <param name="Headers">The headers that are present.</param>
/// <param name="NextHeaders">What follows the parents of a group of headers, by the group's first header.</param>
/// <param name="Payloads">What follows a header and the headers that may stand between.</param>
internal sealed record PacketFacts(ImmutableDictionary<PacketHeader, HeaderFact> Headers,
    ImmutableDictionary<PacketHeader, NextHeaderFact> NextHeaders,
    ImmutableDictionary<PacketHeader, NextHeaderFact> Payloads)
{
    public static PacketFacts None { get; } = new(
        ImmutableDictionary<PacketHeader, HeaderFact>.Empty, ImmutableDictionary<PacketHeader, NextHeaderFact>.Empty,
        ImmutableDictionary<PacketHeader, NextHeaderFact>.Empty);

    /// <summary>What is known on both of two paths.</summary>
    public PacketFacts Meet(PacketFacts other) => ReferenceEquals(this, other)
        ? this
        : new PacketFacts(Meet(Headers, other.Headers), Meet(NextHeaders, other.NextHeaders),
            Meet(Payloads, other.Payloads));

    private static ImmutableDictionary<PacketHeader, T> Meet<T>(
        ImmutableDictionary<PacketHeader, T> a, ImmutableDictionary<PacketHeader, T> b)
        where T : class =>
        a.RemoveRange(a.Where(fact => !b.TryGetValue(fact.Key, out var other) || !fact.Value.Equals(other))
            .Select(fact => fact.Key));
}
