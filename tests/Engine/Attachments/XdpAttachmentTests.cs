using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tests.Programs;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class XdpAttachmentTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly List<LoadedProgram> _programs = [];

    public void Dispose()
    {
        foreach (var own in Attachment.All.Where(own => _programs.Contains(own.Program))) own.Detach();
        _programs.ForEach(program => program.Dispose());
        _pair.Dispose();
    }

    [Theory]
    [InlineData(XdpMode.Best, XdpMode.Native)]
    [InlineData(XdpMode.Native, XdpMode.Native)]
    [InlineData(XdpMode.Generic, XdpMode.Generic)]
    public void Attached_program_counts_every_packet(XdpMode asked, XdpMode mode)
    {
        var program = Counter();
        using (var attachment = Attach(program, asked))
        {
            Assert.Equal((mode, VethPair.Near, true, false),
                (attachment.Mode, attachment.Target, attachment.IsAttached, attachment.OutlivesProcess));
            Assert.Contains(attachment, Attachment.All);
            var seen = Assert.Single(Get());
            Assert.Equal(
                (VethPair.Near, mode, program.Id, "counter", attachment.LinkId, null),
                (seen.InterfaceName, seen.Mode, seen.ProgramId, seen.ProgramName, seen.LinkId, seen.PinPath));
            var before = Count(program);
            Send(25);
            Assert.InRange(Count(program) - before, 25ul, 25ul + 20);
        }

        Assert.Empty(Get());
        Assert.DoesNotContain(Attachment.All, one => one.Program == program);
    }

    [Theory]
    [InlineData("lo")]
    [InlineData(VethPair.Near)]
    public void Offload_to_an_interface_without_it_says_so(string name)
    {
        var definition = Counting.Define(ProgramType.Xdp);
        var options = new XdpAttachOptions(name) { Mode = XdpMode.Offload };
        var refusal = Assert.Throws<KernelException>(() => _pair.NearNamespace.Run(() => options.Attach(definition)));
        Assert.Equal("OffloadRefused", refusal.Id);
        Assert.Contains($"'{name}' has no network card that runs programs", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Best_mode_falls_back_to_generic_if_the_driver_refuses()
    {
        var program = Counter();
        using var attachment = _pair.NearNamespace.Run(() => XdpAttachment.Attach(program, new("lo")));
        Assert.Equal(XdpMode.Generic, attachment.Mode);
        Assert.NotNull(attachment.NativeRefusal);
        attachment.Detach();
        var refusal = Assert.Throws<KernelException>(
            () => _pair.NearNamespace.Run(() => XdpAttachment.Attach(program, new("lo") { Mode = XdpMode.Native })));
        Assert.Equal("NativeModeRefused", refusal.Id);
    }

    [Fact]
    public void Unknown_interface_is_refused_with_similar_and_existing_names()
    {
        var refusal = Assert.Throws<KernelException>(
            () => _pair.NearNamespace.Run(() => XdpAttachment.Attach(Counter(), new("naer0"))));
        Assert.Equal(Errno.ENODEV, refusal.Errno);
        Assert.Contains("'naer0'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean near0?", refusal.Remedy, StringComparison.Ordinal);
        // A kernel that has tunnels has devices of theirs in every namespace.
        Assert.Matches(@"There are: lo, (.+, )?near0\.", refusal.Remedy);
    }

    [Fact]
    public void Interface_with_a_program_is_refused_and_unchanged()
    {
        using var first = Attach(Counter("first"));
        var refusal = Assert.Throws<KernelException>(() => Attach(Counter("second")));
        Assert.Contains($"'first' (id {first.Program.Id}) already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("InterfaceOccupied", refusal.Id);
        Assert.Equal(first.Program.Id, Assert.Single(Get()).ProgramId);
    }

    [Fact]
    public void Missing_privilege_names_the_capability_and_leaves_the_interface_unchanged()
    {
        // The kernel asks for the capabilities when the program is loaded; whoever holds a program may link it.
        var refusal = DiagnosisTests.WithoutCapabilities(
            () => XdpAttachment.Attach(Counter(), new(VethPair.Near)), _pair.NearNamespace);
        Assert.Contains(Capability.NetAdmin, refusal.MissingCapabilities);
        Assert.Empty(Get());
    }

    [Fact]
    public void Program_of_another_type_is_refused()
    {
        using var program = ProgramLoader.Load(Sample.Return(0, type: EbpfCat.Language.ProgramType.Tc));
        Assert.Contains(
            "of type Tc", Assert.Throws<KernelException>(() => Attach(program)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Force_takes_over_a_link_of_this_process()
    {
        var first = Attach(Counter("first"));
        using (var second = Attach(Counter("second"), force: true))
        {
            Assert.Equal((false, true, false), (first.IsAttached, second.IsAttached, second.OutlivesProcess));
            Assert.Equal((second.Program.Id, first.LinkId), (Assert.Single(Get()).ProgramId, second.LinkId));
            first.Dispose();
            first.Detach();
            Assert.Equal(second.Program.Id, Assert.Single(Get()).ProgramId);
        }

        Assert.Empty(Get());
    }

    [Fact]
    public void Force_replaces_the_program_in_a_link_of_another_process()
    {
        var old = Counter("old");
        using var link = _pair.NearNamespace.Run(() => Bpf.CreateXdpLink(old.Descriptor, _pair.NearIndex));
        using (var attachment = Attach(Counter("new"), force: true))
        {
            Assert.True(attachment.OutlivesProcess);
            Assert.Equal(
                (attachment.Program.Id, Bpf.GetLinkInfo(link).Id), (Assert.Single(Get()).ProgramId, attachment.LinkId));
        }

        Assert.Empty(Get());
    }

    [Fact]
    public void Force_replaces_a_program_attached_without_a_link()
    {
        var old = Counter("old");
        _pair.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.SetXdpProgram(_pair.NearIndex, old.Descriptor, XdpFlags.Generic);
        });
        using (var attachment = Attach(Counter("new"), force: true))
        {
            Assert.Equal(
                (null, true, XdpMode.Generic), (attachment.LinkId, attachment.OutlivesProcess, attachment.Mode));
            var seen = Assert.Single(Get());
            Assert.Equal((attachment.Program.Id, null, XdpMode.Generic), (seen.ProgramId, seen.LinkId, seen.Mode));
            using var again = Attach(Counter("newer"), force: true);
            Assert.False(attachment.IsAttached);
            Assert.Equal(again.Program.Id, Assert.Single(Get()).ProgramId);
        }

        Assert.Empty(Get());
    }

    [Fact]
    public void No_packet_passes_while_a_program_is_replaced()
    {
        _pair.FarNamespace.Run(() =>
        {
            // With the neighbor known, there is nothing to ask for that the programs would drop.
            using var netlink = new Netlink();
            netlink.AddNeighbor(_pair.FarIndex, VethPair.NearAddress, _pair.NearLink.Address);
        });
        using var receiver = _pair.NearNamespace.Run(() => new UdpClient(9));
        var first = Counter("first", verdict: 1);
        var second = Counter("second", verdict: 1);
        using var old = Attach(first);
        using var stop = new CancellationTokenSource();
        var sender = new Thread(() => _pair.FarNamespace.Run(() =>
        {
            using var socket = new UdpClient(AddressFamily.InterNetwork);
            while (!stop.IsCancellationRequested) socket.Send([1], 1, new IPEndPoint(VethPair.NearAddress, 9));
        }));
        sender.Start();
        Assert.True(Counting.Eventually(() => Count(first) > 0));
        using var attachment = Attach(second, force: true);
        Assert.True(Counting.Eventually(() => Count(second) > 0));
        stop.Cancel();
        sender.Join();
        Assert.Equal(0, receiver.Available);
        attachment.Detach();
        Send(1);
        Assert.True(SpinWait.SpinUntil(() => receiver.Available > 0, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Force_with_another_mode_changes_the_mode()
    {
        var first = Attach(Counter("first"), XdpMode.Native);
        using var second = Attach(Counter("second"), XdpMode.Generic, force: true);
        var seen = Assert.Single(Get());
        Assert.Equal((XdpMode.Generic, second.Program.Id, false), (seen.Mode, seen.ProgramId, first.IsAttached));
    }

    [Fact]
    public void Failed_force_keeps_the_previous_program()
    {
        var program = Counter("first");
        using var first = _pair.NearNamespace.Run(
            () => XdpAttachment.Attach(program, new("lo") { Mode = XdpMode.Generic }));
        Assert.Throws<KernelException>(
            () => _pair.NearNamespace.Run(
                () => XdpAttachment.Attach(Counter("second"), new("lo") { Mode = XdpMode.Native, Force = true })));
        Assert.True(first.IsAttached);
        var seen = Assert.Single(Get("lo"));
        Assert.Equal((program.Id, first.LinkId), (seen.ProgramId, seen.LinkId));
        first.Dispose();
        Assert.Empty(Get("lo"));
    }

    [Fact]
    public void Remove_detaches_a_program_of_any_owner()
    {
        var own = Attach(Counter());
        _pair.NearNamespace.Run(() => XdpAttachments.Remove(VethPair.Near));
        Assert.False(own.IsAttached);
        using var link = _pair.NearNamespace.Run(() => Bpf.CreateXdpLink(Counter().Descriptor, _pair.NearIndex));
        Assert.Single(_pair.NearNamespace.Run(() => XdpAttachments.Remove(VethPair.Near)));
        Assert.Equal(0u, _pair.NearLink.XdpProgramId);
        var program = Counter();
        _pair.NearNamespace.Run(() =>
        {
            using var netlink = new Netlink();
            netlink.SetXdpProgram(_pair.NearIndex, program.Descriptor, XdpFlags.Native);
            Assert.Null(Assert.Single(XdpAttachments.Get()).LinkId);
            Assert.Single(XdpAttachments.Remove(VethPair.Near));
            Assert.Empty(XdpAttachments.Remove(VethPair.Near));
        });
        Assert.Empty(Get());
    }

    [Fact]
    public void Attachment_disposes_the_program_it_owns()
    {
        var program = ProgramLoader.Load(Sample.Counter());
        var attachment = _pair.NearNamespace.Run(
            () => XdpAttachment.Attach(program, new(VethPair.Near) { OwnsProgram = true }));
        attachment.Detach();
        Assert.True(program.Descriptor.IsClosed);
    }

    private LoadedProgram Counter(string name = "counter", int verdict = 2)
    {
        var program = ProgramLoader.Load(Sample.Counter(name: name, verdict: verdict));
        _programs.Add(program);
        return program;
    }

    private XdpAttachment Attach(
        LoadedProgram program, XdpMode mode = XdpMode.Best, string? pin = null, bool force = false) =>
        _pair.NearNamespace.Run(
            () => XdpAttachment.Attach(program, new(VethPair.Near) { Mode = mode, Pin = pin, Force = force }));

    private IReadOnlyList<XdpAttachmentInfo> Get(string name = VethPair.Near) =>
        _pair.NearNamespace.Run(() => XdpAttachments.Get(name));

    private static ulong Count(LoadedProgram program) => (ulong)program.Variables["packets"].Value!;

    private void Send(int count) => _pair.FarNamespace.Run(() =>
    {
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        for (var i = 0; i < count; i++) socket.Send([1], 1, new IPEndPoint(VethPair.NearAddress, 9));
    });
}
