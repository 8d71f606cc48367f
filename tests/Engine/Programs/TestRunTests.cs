using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

public sealed class TestRunTests
{
    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    [InlineData(ProgramType.SocketFilter)]
    [InlineData(ProgramType.CgroupSkb)]
    public void Packet_runs_whole_or_is_refused_with_the_limit(ProgramType type)
    {
        using var program = Length(type);
        foreach (var size in new[] { 60, 1500, 2048, 2049, 3000 }) RunsWhole(program, size);
        var refusal = Assert.Throws<KernelException>(() => program.TestRun(new byte[9000]));
        Assert.Equal(Errno.EMSGSIZE, refusal.Errno);
        var limit = int.Parse(refusal.Cause!.Split("at most ")[1].Split(' ')[0], null);
        Assert.InRange(limit, 3000, 8999);
        RunsWhole(program, limit);
        refusal = Assert.Throws<KernelException>(() => program.TestRun(new byte[limit + 1]));
        Assert.Contains($"has {limit + 1} bytes, and the kernel takes at most {limit}", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void XDP_program_for_large_packets_gets_all_bytes()
    {
        Assert.SkipUnless(KernelFacts.RunningVersion >= new Version(5, 18), "the kernel gives one buffer alone");
        using var program = Length(ProgramType.Xdp, maximum: 9000);
        foreach (var size in new[] { 60, 1500, 4000, 9000, 40000 }) RunsWhole(program, size);
    }

    [Fact]
    public void XDP_program_that_writes_beyond_the_first_buffer_is_refused_large_packets()
    {
        var definition = new ProgramDefinition("far", ProgramType.Xdp) { MaximumPacketSize = 9000 };
        var place = Packet.Read(2000, ScalarType.UInt8);
        definition.AddCode(code => code.Increment(place).Return(place));
        using var program = EbpfProgram.Load(definition);
        var packet = new byte[3000];
        packet[2000] = 7;
        Assert.Equal(8, program.TestRun(packet).ReturnValue);
        var refusal = Assert.Throws<KernelException>(() => program.TestRun(new byte[4000]));
        Assert.Contains("at most 3", refusal.Message, StringComparison.Ordinal);
        if (KernelFacts.RunningVersion >= new Version(5, 18))
            Assert.Contains("because it needs byte 2001", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(4000)]
    public void XDP_program_reads_bytes_in_any_buffer(int size)
    {
        var definition = new ProgramDefinition("far", ProgramType.Xdp) { MaximumPacketSize = 9000 };
        definition.AddCode(code => code.Return(Packet.Read(Packet.Length - 2, ScalarType.UInt8)
            + Packet.Read(size - 1, ScalarType.UInt8) * 16 + Packet.Read(size, ScalarType.UInt8)));
        using var program = EbpfProgram.Load(definition);
        Assert.SkipWhen(size > 60 && !program.HasFragments, "the kernel has no XDP packets of several buffers");
        var packet = new byte[size + 1];
        (packet[^2], packet[^1]) = (2, 1);
        Assert.Equal(35, program.TestRun(packet).ReturnValue);
        // The last byte is missing: the default verdict.
        Assert.Equal(2, program.TestRun(packet.AsSpan(..^1)).ReturnValue);
    }

    private static LoadedProgram Length(ProgramType type, int maximum = 0)
    {
        var definition = new ProgramDefinition("length", type) { MaximumPacketSize = maximum };
        var length = definition.AddVariable("length", ScalarType.UInt32);
        return EbpfProgram.Load(definition.AddCode(code => code.Assign(length, Packet.Length)));
    }

    private static void RunsWhole(LoadedProgram program, int size)
    {
        byte[] packet = [.. Enumerable.Range(0, size).Select(at => (byte)(at * 7))];
        // Not an IP packet, for the checks of control groups.
        (packet[12], packet[13]) = (0x12, 0x34);
        var run = program.TestRun(packet);
        var header = program.Type == ProgramType.CgroupSkb ? 14 : 0;
        Assert.Equal((uint)(size - header), program.Variables["length"].Value);
        Assert.Equal(packet, run.Packet);
    }
}
