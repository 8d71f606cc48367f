namespace EbpfCat.Kernel;

/// <summary>What BPF_PROG_TEST_RUN takes.</summary>
internal sealed record TestRunOptions
{
    /// <summary>The data: for a packet program a packet from its Ethernet header on, at least 14 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Where to put the data after the run. A packet may have grown at both ends.</summary>
    public Memory<byte> DataOut { get; init; }

    /// <summary>The context: for XDP <c>struct xdp_md</c> (Linux 5.15), for tc <c>struct __sk_buff</c>.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>Where to put the context after the run.</summary>
    public Memory<byte> ContextOut { get; init; }

    /// <summary>
    /// How often to run the program; 0 is once. Runs after the first get the data as the one before left it.
    /// </summary>
    public uint Repeat { get; init; }

    /// <summary>How the run is done.</summary>
    public BpfTestRunFlags Flags { get; init; }

    /// <summary>The processor to run on, with <see cref="BpfTestRunFlags.RunOnCpu"/>.</summary>
    public uint Cpu { get; init; }

    /// <summary>How many packets are processed at a time, with <see cref="BpfTestRunFlags.XdpLiveFrames"/>.</summary>
    public uint BatchSize { get; init; }
}
