namespace EbpfCat.Kernel;

/// <summary>What BPF_PROG_TEST_RUN takes.</summary>
internal sealed record TestRunOptions
{
    /// <summary>The data: for a packet program a packet from its Ethernet header on, at least 14 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Where to put the data after the run. A packet may have grown at both ends.</summary>
    public Memory<byte> DataOut { get; init; }

    /// <summary>
    /// How often to run the program; 0 is once. Runs after the first get the data as the one before left it.
    /// </summary>
    public uint Repeat { get; init; }
}
