using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>XDP programs on interfaces whose packets do not fit into one buffer.</summary>
[Trait("Category", "Hooks")]
public sealed partial class JumboFrameTests : IDisposable
{
    private const int Mtu = 9000;

    private readonly VethPair _pair = new();

    public JumboFrameTests()
    {
        SetMtu(_pair.NearNamespace, VethPair.Near);
        SetMtu(_pair.FarNamespace, VethPair.Far);
    }

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(XdpMode.Best)]
    [InlineData(XdpMode.Native)]
    public void Driver_runs_a_program_that_reads_the_first_bytes_alone(XdpMode mode)
    {
        RequireFragments();
        var definition = new ProgramDefinition("jumbo", ProgramType.Xdp);
        var (bytes, large) =
            (definition.AddVariable("bytes", ScalarType.UInt64), definition.AddVariable("large", ScalarType.UInt64));
        definition.AddCode(code => code.If(Packet.Udp.DestinationPort == 9, then => then
            .Assign(bytes, bytes + Packet.Length)
            .If(Packet.Length >= 8000, longer => longer.Increment(large))));
        using var attachment = Attach(definition, mode);
        Assert.Equal((XdpMode.Native, true), (attachment.Mode, attachment.Program.HasFragments));
        _pair.FarNamespace.Run(() =>
        {
            using var socket = new UdpClient(AddressFamily.InterNetwork);
            socket.Send(new byte[8000], 8000, new IPEndPoint(VethPair.NearAddress, 9));
        });
        Assert.True(Counting.Eventually(() => (ulong)attachment.Program.Variables["large"].Value! == 1));
        Assert.Equal(14ul + 20 + 8 + 8000, attachment.Program.Variables["bytes"].Value);
    }

    [Fact]
    public void Bytes_in_all_buffers_are_read()
    {
        RequireFragments();
        var definition = new ProgramDefinition("all", ProgramType.Xdp);
        var (last, far, sum, beyond) = (definition.AddVariable("last", ScalarType.UInt32),
            definition.AddVariable("far", ScalarType.UInt16), definition.AddVariable("sum", ScalarType.UInt64),
            definition.AddVariable("beyond", ScalarType.UInt64));
        var place = definition.AddPacketVariable("place", 42 + 7001, ScalarType.UInt16);
        var i = new Local("i", ScalarType.Int64);
        definition.AddCode(code => code.If((Packet.Udp.DestinationPort == 9).And(Packet.Length >= 8000), then => then
            .Assign(last, Packet.Read(Packet.Length - 4, ScalarType.UInt32))
            .Assign(far, place)
            .For(i, 0, 99, body => body.Increment(sum, Packet.Read((Expression)i + (42 + 3950), ScalarType.UInt8)))
            .Increment(beyond)
            .Assign(sum, sum + Packet.Read(Packet.Length - 3, ScalarType.UInt32))));
        using var attachment = Attach(definition, XdpMode.Native);
        Assert.True(attachment.Program.HasFragments);
        var payload = Enumerable.Range(0, 8000).Select(n => (byte)(n * 7 + n / 256)).ToArray();
        _pair.FarNamespace.Run(() =>
        {
            using var socket = new UdpClient(AddressFamily.InterNetwork);
            socket.Send(payload, payload.Length, new IPEndPoint(VethPair.NearAddress, 9));
        });
        var values = attachment.Program.Variables;
        Assert.True(Counting.Eventually(() => (ulong)values["beyond"].Value! == 1));
        Assert.Equal(BitConverter.ToUInt32(payload, 7996), values["last"].Value);
        Assert.Equal(BitConverter.ToUInt16(payload, 7001), values["far"].Value);
        Assert.Equal((ulong)payload[3950..4050].Sum(b => b), values["sum"].Value);
    }

    [Fact]
    public void Best_mode_says_why_the_driver_does_not_run_a_program()
    {
        RequireFragments();
        var definition = new ProgramDefinition("computed", ProgramType.Xdp);
        definition.AddCode(code => code.Assign(Packet.Read(Packet.Length - 4, ScalarType.UInt32), 7).Return("Pass"));
        using var attachment = Attach(definition, XdpMode.Best);
        Assert.Equal((XdpMode.Generic, false), (attachment.Mode, attachment.Program.HasFragments));
        Assert.Contains("MTU is 9000", attachment.ModeReason, StringComparison.Ordinal);
        Assert.Contains("it writes bytes at computed offsets", attachment.ModeReason, StringComparison.Ordinal);
    }

    private XdpAttachment Attach(ProgramDefinition definition, XdpMode mode) => _pair.NearNamespace.Run(
        () => (XdpAttachment)new XdpAttachOptions(VethPair.Near) { Mode = mode }.Attach(definition));

    private static void RequireFragments() => Assert.SkipUnless(
        KernelFacts.RunningVersion >= KernelFacts.Since(BpfProgramFlags.XdpHasFragments),
        "the kernel has no XDP packets of several buffers");

    private static void SetMtu(NetworkNamespace place, string name) => place.Run(() =>
    {
        const uint setMtu = 0x8922; // SIOCSIFMTU of linux/sockios.h
        // struct ifreq of linux/if.h
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(16), Mtu);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Equal(0, ControlDevice((int)socket.Handle, setMtu, request));
    });

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(int descriptor, nuint request, byte[] argument);
}
