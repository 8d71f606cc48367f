using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class ProgramTests
{
    [Fact]
    public void Test_run_returns_verdict_packet_and_time()
    {
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        var packet = Enumerable.Range(1, 64).Select(number => (byte)number).ToArray();
        var after = new byte[100];
        var result = Bpf.TestRun(program, new TestRunOptions { Data = packet, DataOut = after, Repeat = 1000 });
        Assert.Equal((2u, 64), (result.ReturnValue, result.DataLength));
        Assert.Equal(packet, after[..64]);
    }

    [Fact]
    public void Packet_without_an_Ethernet_header_is_refused()
    {
        using var program = Programs.Load(BpfProgramType.SocketFilter, 2);
        var refusal =
            Assert.Throws<KernelException>(() => Bpf.TestRun(program, new TestRunOptions { Data = new byte[5] }));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.Contains("14 bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Program_info_holds_its_instructions()
    {
        using var program = Programs.Load(BpfProgramType.Xdp, 7, "named");
        var info = Bpf.GetProgramInfo(program, ProgramInfoParts.All);
        Assert.Equal((BpfProgramType.Xdp, "named", true, 16),
            (info.Type, info.Name, info.IsGplCompatible, info.InstructionSize));
        Assert.Equal(Programs.Return(7), info.Instructions.ToArray());
        Assert.Equal(16, info.Tag.Length);
        Assert.Contains(info.Id, Bpf.ProgramIds());
        using var again = Bpf.GetProgram(info.Id);
        Assert.Equal(info.Tag, Bpf.GetProgramInfo(again).Tag);
    }

    [Fact]
    public void Refused_program_has_its_reasons_in_the_log()
    {
        var log = new VerifierLog(1, 4096);
        var refusal = Assert.Throws<KernelException>(() => Bpf.LoadProgram(new ProgramLoadOptions
        {
            Type = BpfProgramType.Xdp,
            Instructions = Programs.Unfinished,
            Name = "bad",
            Log = log,
        }));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.Contains("load the Xdp program 'bad'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("last insn is not an exit or jmp", log.Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_log_reports_its_full_size()
    {
        byte[] many = [.. Enumerable.Range(0, 100).SelectMany(_ => Programs.Return(0)[..8]), .. Programs.Return(0)];
        var log = new VerifierLog(2, 128);
        var options = new ProgramLoadOptions { Type = BpfProgramType.Xdp, Instructions = many, Log = log };
        Assert.Equal(Errno.ENOSPC, Assert.Throws<KernelException>(() => Bpf.LoadProgram(options)).Errno);
        Assert.SkipWhen(KernelFacts.RunningVersion < new Version(6, 4), "the kernel does not tell the size before 6.4");
        var whole = new VerifierLog(2, log.TrueSize);
        using var program = Bpf.LoadProgram(options with { Log = whole });
        Assert.Equal(whole.TrueSize, whole.Content.Length + 1);
    }

    [Fact]
    public void Type_information_can_be_loaded_and_read_back()
    {
        // magic, version, flags, header length; types at 0 for 16 bytes; strings at 16 for 5 bytes: "int" of 32 bits.
        byte[] btf =
        [
            0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 32, 0, 0, 1, 0, (byte)'i', (byte)'n', (byte)'t', 0,
        ];
        using var descriptor = Bpf.LoadBtf(btf);
        var info = Bpf.GetBtfInfo(descriptor, withData: true);
        Assert.False(info.IsKernel);
        Assert.Equal(btf, info.Data.ToArray());
        Assert.Contains(info.Id, Bpf.BtfIds());
    }

    [Fact]
    public void Invalid_type_information_is_refused_with_reasons()
    {
        var log = new VerifierLog(1, 4096);
        Assert.Throws<KernelException>(() => Bpf.LoadBtf(new byte[24], log));
        Assert.Contains("magic", log.Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_type_information_is_found_by_name()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "the kernel has no BTF");
        Assert.SkipWhen(
            KernelFacts.RunningVersion < new Version(5, 11), "the kernel's own BTF has an id since Linux 5.11");
        var names = Bpf.BtfIds().Select(id =>
        {
            using var btf = Bpf.GetBtf(id);
            return Bpf.GetBtfInfo(btf) is { IsKernel: true } info ? info.Name : "";
        });
        Assert.Contains("vmlinux", names);
    }
}
