using EbpfCat.Benchmarks.Programs;

namespace EbpfCat.Benchmarks;

/// <summary>All the programs, in the order of the table.</summary>
internal static class Suite
{
    public static IReadOnlyList<Benchmark> Benchmarks { get; } =
    [
        new Counter(),
        new IPv4Counter(),
        new PacketCounter(),
        new FlowRecords(),
        new PrefixDrop(),
        new PortHistogram(),
        new SynCounter(),
        new MacSwap(),
        new TimeToLive(),
        new VlanTypes(),
        new IPv6Extensions(),
        new IcmpEcho(),
        new MovingAverage(),
        new TokenBucket(),
        new SizeClasses(),
        new FragmentCounter(),
        new BitFields(),
        new TunnelFlows(),
        new AddressTranslation(),
        new DnsHash(),
        new SegmentSize(),
        new RateLimit(),
        new Redirection(),
        new ByteSearch(),
    ];
}
