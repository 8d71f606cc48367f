namespace EbpfCat.Programs;

/// <summary>
/// Refuses packets that are too long for a test run. The kernel itself refuses them, but from Linux 5.18 on it gives an
/// XDP program the packet in several buffers, and one that does not take these sees the first alone.
/// </summary>
internal static class TestRunLimits
{
    // Every kernel takes this much at once, whatever the size of its pages and of struct skb_shared_info.
    private const int AlwaysFits = 2048;

    private static readonly Lazy<int> XdpBuffer = new(() =>
    {
        using var program = EbpfProgram.Load(
            new ProgramDefinition("length", ProgramType.Xdp).AddCode(code => code.Return(Packet.Length)));
        return (int)Bpf.TestRun(program.Descriptor, Input(2 * Environment.SystemPageSize)).ReturnValue;
    });

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="length">The length of the packet in bytes, as the caller gave it.</param>
    /// <param name="options">The packet as the kernel gets it.</param>
    /// <exception cref="KernelException">EMSGSIZE: the packet is too long.</exception>
    public static TestRunResult Run(LoadedProgram program, int length, TestRunOptions options)
    {
        var added = options.Data.Length - length;
        if (length > AlwaysFits && program is { Type: ProgramType.Xdp, HasFragments: false }
            && KernelFacts.RunningVersion >= KernelFacts.Since(BpfProgramFlags.XdpHasFragments)
            && length > XdpBuffer.Value)
        {
            throw TooLong(program, length, XdpBuffer.Value, $", because {program.FragmentObstacle}");
        }

        try
        {
            return Bpf.TestRun(program.Descriptor, options);
        }
        catch (KernelException refusal) when (length > AlwaysFits && refusal.Errno is Errno.EINVAL or Errno.ENOMEM)
        {
            var limit = FindLimit(program.Type, options.Data.Length) - added;
            if (limit >= length) throw;
            throw TooLong(program, length, limit, "");
        }
    }

    private static KernelException TooLong(LoadedProgram program, int length, int limit, string reason) => new(
        $"test-run the program '{program.Name}'", Errno.EMSGSIZE,
        $"the packet has {length} bytes, and the kernel takes at most {limit} for it{reason}",
        "Give a shorter packet.");

    // The longest input that the kernel takes for a program type, by bisection.
    private static int FindLimit(ProgramType type, int refused)
    {
        using var program = EbpfProgram.Load(new ProgramDefinition("limit", type));
        var (low, high) = (AlwaysFits, refused);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            try
            {
                Bpf.TestRun(program.Descriptor, Input(middle));
                low = middle;
            }
            catch (KernelException)
            {
                high = middle;
            }
        }

        return low;
    }

    private static TestRunOptions Input(int length) => new()
    {
        Data = new byte[length],
        DataOut = new byte[length + Environment.SystemPageSize],
        Repeat = 1,
    };
}
