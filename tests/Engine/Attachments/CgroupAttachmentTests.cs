using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
[Collection(Starting.Processes)]
public sealed class CgroupAttachmentTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Program_denies_connections_of_the_group_until_detached(bool withoutLinks)
    {
        using var group = new TemporaryControlGroup();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var program = Counting.Load(
            ProgramType.CgroupSocketAddress, everywhere: true, hook: ProgramHook.Connect4, verdict: "Deny");
        CgroupAttachment Attach() => CgroupAttachment.Attach(program, new(group.Name));
        using (var attachment = withoutLinks ? Counting.WithoutLinks(Attach) : Attach())
        {
            Assert.Equal((group.Path, ProgramHook.Connect4), (attachment.Target, attachment.Hook));
            Assert.Equal(withoutLinks, attachment.LinkId is null);
            Assert.Equal(withoutLinks, attachment.OutlivesProcess);
            Assert.False(Connects(group, listener));
        }

        Assert.True(Connects(group, listener));
        Assert.Equal(1, program.Count());
    }

    [Fact]
    public void Program_can_deny_connections_by_port_and_address()
    {
        using var group = new TemporaryControlGroup();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var definition = Connecting(out var port, out var address);
        definition.AddCode(code => code
            .Assign(port, Field("Port")).Assign(address, Field("Address"))
            .If((Field("Port") == PortOf(listener)).And(Field("Address") == "127.0.0.1"), then => then.Return("Deny"),
                @else => @else.Return("Allow")));
        using var program = EbpfProgram.Load(definition);
        using var attachment = CgroupAttachment.Attach(program, new(group.Name));
        Assert.False(Connects(group, listener));
        Assert.Equal(((ushort)PortOf(listener), IPAddress.Loopback),
            (program.Variables["port"].Value, program.Variables["address"].Value));
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Assert.True(Connects(group, other));
    }

    [Fact]
    public void Program_can_redirect_connections()
    {
        using var group = new TemporaryControlGroup();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        gone.Start();
        var unused = PortOf(gone);
        gone.Stop();
        Assert.False(Connects(group, unused, "127.0.0.9"));
        var definition = Connecting(out var port, out var address);
        definition.AddCode(code => code
            .If(Field("Port") == unused,
                then => then.Assign(Field("Port"), PortOf(listener)).Assign(Field("Address"), "127.0.0.1"))
            .Assign(port, Field("Port")).Assign(address, Field("Address")).Return("Allow"));
        using var program = EbpfProgram.Load(definition);
        using var attachment = CgroupAttachment.Attach(program, new(group.Name));
        Assert.True(Connects(group, unused, "127.0.0.9"));
        // The assigned value is read back.
        Assert.Equal(((ushort)PortOf(listener), IPAddress.Loopback),
            (program.Variables["port"].Value, program.Variables["address"].Value));
    }

    [Fact]
    public void Program_sees_packets_of_its_hook_only()
    {
        using var group = new TemporaryControlGroup();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var program = Counting.Load(ProgramType.CgroupSkb, everywhere: true, verdict: "Pass");
        using var attachment = CgroupAttachment.Attach(program, new(group.Path, ProgramHook.Egress));
        Assert.True(Connects(group, listener));
        Assert.InRange(program.Count(), 1, long.MaxValue);
    }

    [Fact]
    public void Hook_of_another_program_type_is_refused()
    {
        using var group = new TemporaryControlGroup();
        using var program = Counting.Load(ProgramType.CgroupSkb, verdict: "Pass");
        Assert.Throws<KernelException>(() => CgroupAttachment.Attach(program, new(group.Path, ProgramHook.Connect4)));
    }

    [Fact]
    public void Unknown_group_is_refused_with_similar_names()
    {
        using var group = new TemporaryControlGroup();
        using var program = Counting.Load(ProgramType.CgroupSkb, verdict: "Pass");
        var refusal = Assert.Throws<UnknownNameException>(
            () => CgroupAttachment.Attach(program, new(group.Name[..^1])));
        Assert.Contains(group.Name, refusal.Suggestions);
    }

    [Fact]
    public void Directory_that_is_not_a_control_group_is_refused()
    {
        using var program = Counting.Load(ProgramType.CgroupSkb, verdict: "Pass");
        Assert.SkipWhen(ControlGroups.Root is null, "no control groups of version 2 are mounted");
        var refusal = Assert.Throws<KernelException>(() => CgroupAttachment.Attach(program, new("/tmp")));
        Assert.Equal(Errno.EBADF, refusal.Errno);
    }

    private static ProgramDefinition Connecting(out VariableExpression port, out VariableExpression address)
    {
        var definition =
            new ProgramDefinition("connecting", ProgramType.CgroupSocketAddress) { Hook = ProgramHook.Connect4 };
        (port, address) = (definition.AddVariable("port", ScalarType.UInt16),
            definition.AddVariable("address", AddressType.IPAddress));
        return definition;
    }

    private static EventFieldExpression Field(string name) => new([name]);

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static bool Connects(TemporaryControlGroup group, TcpListener listener) =>
        Connects(group, PortOf(listener));

    private static bool Connects(TemporaryControlGroup group, int port, string address = "127.0.0.1")
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"/dev/tcp/{address}/{port}");
        string[] arguments = ["-c", $"echo $$ > {group.Path}/cgroup.procs && exec 3<>{place}"];
        using var shell = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardError = true })!;
        shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        return shell.ExitCode == 0;
    }
}
