using System.Runtime.CompilerServices;
using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class LinkTests
{
    [Theory]
    [InlineData("Generic")]
    [InlineData("Native")]
    public void Program_stays_attached_until_its_link_closes(string name)
    {
        var (flags, mode) = (Enum.Parse<XdpFlags>(name), Enum.Parse<XdpAttached>(name));
        using var pair = new VethPair();
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        var id = Bpf.GetProgramInfo(program).Id;
        using (var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex, flags)))
        {
            Assert.Equal((mode, id), (pair.NearLink.XdpMode, pair.NearLink.XdpProgramId));
            var info = Bpf.GetLinkInfo(link);
            Assert.Equal((BpfLinkType.Xdp, id, pair.NearIndex), (info.Type, info.ProgramId, (int)info.InterfaceIndex!));
            Assert.Contains(info.Id, Bpf.LinkIds());
            using var again = Bpf.GetLink(info.Id);
        }

        Assert.Equal((XdpAttached.None, 0u), (pair.NearLink.XdpMode, pair.NearLink.XdpProgramId));
    }

    [Fact]
    public void Interface_with_a_program_refuses_a_second_link()
    {
        using var pair = new VethPair();
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        using var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex));
        var refusal = Assert.Throws<KernelException>(
            () => pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex)));
        Assert.Contains("has a program already", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_update_requires_the_expected_program()
    {
        using var pair = new VethPair();
        using var first = Programs.Load(BpfProgramType.Xdp, 2);
        using var second = Programs.Load(BpfProgramType.Xdp, 1);
        using var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(first, pair.NearIndex));
        Assert.Equal(
            Errno.EPERM, Assert.Throws<KernelException>(() => Bpf.UpdateLink(link, second, expected: second)).Errno);
        Bpf.UpdateLink(link, second, expected: first);
        Assert.Equal(Bpf.GetProgramInfo(second).Id, pair.NearLink.XdpProgramId);
    }

    [Fact]
    public void Detached_link_frees_the_interface_while_still_open()
    {
        using var pair = new VethPair();
        using var program = Programs.Load(BpfProgramType.Xdp, 2);
        using var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex));
        Bpf.DetachLink(link);
        Assert.Equal(0u, pair.NearLink.XdpProgramId);
        Assert.Equal(0u, Bpf.GetLinkInfo(link).InterfaceIndex);
    }

    [Fact]
    public void Tcx_takes_several_programs()
    {
        using var pair = new VethPair();
        using var first = Programs.Load(BpfProgramType.SchedCls, -1);
        using var second = Programs.Load(BpfProgramType.SchedCls, -1);
        pair.NearNamespace.Run(() =>
        {
            LinkDescriptor Attach() => Bpf.CreateTcxLink(first, pair.NearIndex, BpfAttachType.TcxIngress);
            if (Newer.IsRefused(BpfAttachType.TcxIngress, () => Attach().Dispose())) return;
            using var link = Attach();
            using var next = Bpf.CreateTcxLink(second, pair.NearIndex, BpfAttachType.TcxIngress);
            Assert.Equal(Bpf.GetProgramInfo(second).Id, Bpf.GetLinkInfo(next).ProgramId);
            Assert.Equal(BpfAttachType.TcxIngress, Bpf.GetLinkInfo(link).AttachType);
        });
    }

    [Fact]
    public void Control_group_takes_a_program_with_and_without_a_link()
    {
        var mount = File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' ')).FirstOrDefault(fields => fields[2] == "cgroup2");
        Assert.SkipWhen(mount is null, "no cgroup v2 is mounted");
        var path = $"{mount[1]}/ebpfcat-test-{Guid.NewGuid():N}";
        Directory.CreateDirectory(path);
        try
        {
            using var program = Programs.Load(BpfProgramType.CgroupSkb, 1);
            using var group = OpenDirectory(path);
            using (var link = Bpf.CreateLink(program, group, BpfAttachType.CgroupInetIngress))
            {
                Assert.Equal(BpfAttachType.CgroupInetIngress, Bpf.GetLinkInfo(link).AttachType);
                Assert.NotEqual(0ul, Bpf.GetLinkInfo(link).CgroupId);
            }

            Bpf.AttachProgram(program, group, BpfAttachType.CgroupInetEgress);
            Bpf.DetachProgram(program, group, BpfAttachType.CgroupInetEgress);
        }
        finally
        {
            Directory.Delete(path);
        }
    }

    [Fact]
    public void Link_info_names_the_raw_tracepoint()
    {
        using var program = Programs.Load(BpfProgramType.RawTracepoint, 0);
        using var link = Bpf.OpenRawTracepoint(program, "sys_enter");
        var info = Bpf.GetLinkInfo(link);
        Assert.Equal((BpfLinkType.RawTracepoint, "sys_enter"), (info.Type, info.Target));
        var refusal = Assert.Throws<KernelException>(() => Bpf.OpenRawTracepoint(program, "no_such"));
        Assert.Contains("no tracepoint of this name", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Software_event_runs_its_program()
    {
        using var program = Programs.Load(BpfProgramType.PerfEvent, 0);
        using var sample = PerfEvent.Open(
            new PerfEventAttributes { Type = 1, Config = 0, SamplePeriod = 100, Flags = PerfEventFlags.Frequency },
            processId: -1,
            Processors.Online[0],
            "the processor's clock");
        if (Newer.IsRefused(BpfAttachType.PerfEvent, () => Bpf.CreatePerfEventLink(program, sample).Dispose())) return;
        using var link = Bpf.CreatePerfEventLink(program, sample);
        Assert.Equal(BpfLinkType.PerfEvent, Bpf.GetLinkInfo(link).Type);
        Assert.Equal(Bpf.GetProgramInfo(program).Id, Bpf.GetLinkInfo(link).ProgramId);
    }

    [Fact]
    public void Invalid_perf_event_is_refused()
    {
        Assert.Equal(136, Unsafe.SizeOf<PerfEventAttributes>());
        var refusal = Assert.Throws<KernelException>(() => PerfEvent.Open(
            new PerfEventAttributes { Type = 2, Config = 999_999 }, -1, Processors.Online[0], "the tracepoint 999999"));
        Assert.StartsWith("Cannot open the tracepoint 999999: ", refusal.Message, StringComparison.Ordinal);
    }

    private static FileDescriptor OpenDirectory(string path)
    {
        var number = Libc.Open(path, 0x80000);
        Assert.True(number >= 0);
        return new FileDescriptor(number);
    }
}
