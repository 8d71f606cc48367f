namespace EbpfCat.Kernel;

/// <summary>The input of BPF_PROG_TEST_RUN (bpf(2)).</summary>
internal sealed record TestRunOptions
{
    /// <summary>The input. For a packet program: a packet from its Ethernet header on, at least 14 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Receives the data after the run. The program may have grown a packet at both ends.</summary>
    public Memory<byte> DataOut { get; init; }

    /// <summary>The number of runs; 0 means one. Each run gets the data as the previous run left it.</summary>
    public uint Repeat { get; init; }
}
