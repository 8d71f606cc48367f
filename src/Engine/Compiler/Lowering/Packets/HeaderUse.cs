namespace EbpfCat.Compiler;

/// <summary>Which headers a program needs, and which of them are found together.</summary>
internal sealed class HeaderUse
{
    private readonly bool _startsAtNetwork;
    private readonly List<PacketHeader> _needed = [];
    private readonly Dictionary<PacketHeader, PacketHeader> _groups = [];
    private readonly HashSet<PacketHeader> _shared = [];

    public HeaderUse(BoundProgram program)
    {
        _startsAtNetwork = program.Info.StartsAtNetwork;
        foreach (var header in program.Headers) Need(header);
        var headers = _needed.Where(h => h.Locations.Count > 1 || h.Locations is [{ Passed: not null }])
            .Where(h => ReferenceEquals(LocationsOf(h), h.Locations)).ToList();
        foreach (var header in headers)
        {
            var group = headers.FindAll(h => HaveSameParents(h, header));
            if (group.Count > 1 || program.ProtocolOf.Any(ip => HaveSameParents(header, BehindIP(ip))))
                _groups[header] = group[0];
        }

        foreach (var parent in _needed.Where(parent => parent.Passed is not null))
        {
            if (Behind(parent).Select(h => _groups.GetValueOrDefault(h, h)).Distinct().Count() > 1) _shared.Add(parent);
        }
    }

    /// <summary>Whether a field, or a part of it, names or delimits a header that the program needs.</summary>
    public bool Decides(PacketHeader header, HeaderField field) => PacketHeaders.Decides(header, field, _needed);

    public IReadOnlyList<HeaderLocation>? LocationsOf(PacketHeader header) =>
        PacketHeaders.LocationsOf(header, _startsAtNetwork);

    /// <summary>
    /// The first of the headers that the same fields of the same parents name, if the program needs several of them:
    /// the number and the offset of what follows the parents are found once for all.
    /// </summary>
    public PacketHeader? GroupOf(PacketHeader header) => _groups.GetValueOrDefault(header);

    /// <summary>The group of the headers behind IPv4 and IPv6.</summary>
    /// <param name="ip">Either of them: outside of a tunnel, or inside.</param>
    public PacketHeader ProtocolGroup(PacketHeader ip) =>
        _groups.FirstOrDefault(pair => HaveSameParents(pair.Key, BehindIP(ip))).Value ?? BehindIP(ip);

    /// <summary>The numbers that name the headers of a group.</summary>
    public IReadOnlyList<int> NumbersOf(PacketHeader group) =>
        [.. _groups.Where(pair => pair.Value == group).Select(pair => pair.Key.Locations[0].Values[0])];

    /// <summary>
    /// Whether several groups are behind a parent and the headers that may stand between: then these are passed once.
    /// </summary>
    public bool IsShared(PacketHeader parent) => _shared.Contains(parent);

    /// <summary>The numbers of all headers that are needed behind a parent and those that may stand between.</summary>
    public IReadOnlyList<int> NumbersBehind(PacketHeader parent) =>
    [
        .. Behind(parent).SelectMany(h => LocationsOf(h)!).Where(l => l.Parent == parent && l.Passed is not null)
            .SelectMany(l => l.Values).Distinct(),
    ];

    private IEnumerable<PacketHeader> Behind(PacketHeader parent) =>
        _needed.Where(h => LocationsOf(h)!.Any(l => l.Parent == parent && l.Passed is not null));

    private void Need(PacketHeader header)
    {
        if (_needed.Contains(header) || LocationsOf(header) is not { } locations) return;
        _needed.Add(header);
        foreach (var location in locations) Need(location.Parent);
    }

    private static PacketHeader BehindIP(PacketHeader ip) =>
        ip.Outer is null ? PacketHeaders.Tcp : InnerHeaders.Of(PacketHeaders.Tcp);

    private static bool HaveSameParents(PacketHeader a, PacketHeader b) => a.Locations.Count == b.Locations.Count
        && HasOneNumber(a) && HasOneNumber(b)
        && a.Locations.Zip(b.Locations).All(pair => pair.First with { Values = pair.Second.Values } == pair.Second
            && pair.First.Passed is null == pair.Second.Passed is null);

    private static bool HasOneNumber(PacketHeader header) =>
        header.Locations.All(l => l.Values.Length == 1 && l.Values[0] == header.Locations[0].Values[0]);
}
