using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed partial class DiagnosisTests
{
    [Fact]
    public void Missing_privilege_names_the_missing_capabilities()
    {
        var refusal = WithoutCapabilities(() => Programs.Load(BpfProgramType.Xdp, 2).Dispose());
        Assert.Equal(Errno.EPERM, refusal.Errno);
        Assert.Equal([Capability.Bpf, Capability.NetAdmin], refusal.MissingCapabilities);
        Assert.Contains("CAP_BPF and CAP_NET_ADMIN", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("root", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_privilege_leaves_interfaces_unchanged()
    {
        using var inside = NetworkNamespace.Create();
        var refusal = inside.Run(() => WithoutCapabilities(
            () =>
            {
                using var netlink = new Netlink();
                netlink.SetUp(1);
            },
            inside));
        Assert.Equal([Capability.NetAdmin], refusal.MissingCapabilities);
    }

    [Fact]
    public void Missing_privilege_for_perf_events_names_CAP_PERFMON()
    {
        var refusal = WithoutCapabilities(() => PerfEvent.Open(
            new PerfEventAttributes { Type = 1 }, -1, Processors.Online[0], "the processor's clock").Dispose());
        Assert.Equal([Capability.PerfMon], refusal.MissingCapabilities);
    }

    [Fact]
    public void Kernel_too_old_is_distinguished_from_other_causes()
    {
        var request = new Request
        {
            Operation = "create the RingBuffer map 'events'",
            Command = BpfCommand.MapCreate,
            Uses = [BpfMapType.RingBuffer],
        };
        var refusal = Diagnosis.Explain(request, Errno.EINVAL, new Version(5, 4, 3));
        Assert.Equal(new Version(5, 8), refusal.RequiredVersion);
        Assert.Contains("needs Linux 5.8, this is 5.4.3", refusal.Message, StringComparison.Ordinal);
        Assert.Null(Diagnosis.Explain(request, Errno.EINVAL, new Version(5, 10)).RequiredVersion);
    }

    [Fact]
    public void Error_of_unknown_cause_gives_name_and_text_of_errno()
    {
        var refusal = Diagnosis.Explain(new Request { Operation = "do it" }, Errno.EIO);
        Assert.Equal("Cannot do it: Input/output error (EIO).", refusal.Message);
    }

    [Fact]
    public void Facts_come_from_the_attributes_of_members()
    {
        Assert.Equal(new Version(5, 8), KernelFacts.Since(BpfMapType.RingBuffer));
        Assert.Equal([Capability.NetAdmin], KernelFacts.Requires(BpfProgramType.Xdp));
        Assert.Null(KernelFacts.Since((BpfMapType)9999));
    }

    // Capabilities belong to a thread: a new thread drops them and ends.
    internal static KernelException WithoutCapabilities(Action action, NetworkNamespace? inside = null)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            thrown = Record.Exception(() =>
            {
                inside?.Enter();
                Span<uint> header = [0x20080522, 0];
                Span<uint> none = [0, 0, 0, 0, 0, 0];
                Assert.Equal(0, SetCapabilities(header, none));
                action();
            });
        });
        thread.Start();
        thread.Join();
        return Assert.IsType<KernelException>(thrown);
    }

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(Span<uint> header, Span<uint> data);
}
