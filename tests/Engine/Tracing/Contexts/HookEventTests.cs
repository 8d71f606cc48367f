using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Btf;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tracing;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

/// <summary>The hooks that many machines lack fire, and see what was done.</summary>
[Trait("Category", "Hooks")]
public sealed class HookEventTests
{
    private static readonly string GetGroup = Registers.Current.SyscallWrapper + "getpgid";
    private static readonly string[] Peer =
        ["sk.__sk_common.skc_daddr", "sk.__sk_common.skc_dport", "sk.__sk_common.skc_family"];

    private static Expression Thread => new SystemValueExpression(SystemValue.ThreadId) == SystemCalls.GetThread();

    [Fact]
    public void Kprobe_reads_arguments_of_a_system_call_by_name()
    {
        RequireKprobes();
        var program = Define(ProgramType.Kprobe, GetGroup,
            [("Process", Field("pid")), ("Name", new SystemValueExpression(SystemValue.ProcessName))], Thread);

        var record = AtKprobe(program, () => SystemCalls.GetProcessGroup(Environment.ProcessId));

        Assert.Equal(Environment.ProcessId, record["Process"]);
        Assert.Equal(File.ReadAllText("/proc/thread-self/comm").TrimEnd('\n'), record["Name"]);
    }

    [Fact]
    public void Kprobe_follows_pointer_arguments()
    {
        RequireKprobes();
        var program = Define(ProgramType.Kprobe, "tcp_connect", PeerFields(), Thread);
        AssertSeesConnection(act => AtKprobe(program, act));
    }

    [Fact]
    public void Kretprobe_reads_the_return_value()
    {
        RequireKprobes();
        var program = Define(ProgramType.Kprobe, GetGroup, [("Result", Returned)], Thread);
        program.Probe = ProbeKind.Kretprobe;

        var record = Run(program, loaded => KprobeAttachment.Attach(loaded, new(GetGroup) { OnReturn = true }),
            () => SystemCalls.GetProcessGroup(int.MaxValue));

        Assert.Equal(-(long)Errno.ESRCH, record["Result"]);
    }

    [Fact]
    public void Kprobes_on_a_pattern_read_arguments_by_number()
    {
        RequireKprobes();
        const string Pattern = "tcp_v[46]_connect";
        var program = Define(ProgramType.Kprobe, Pattern, [("Length", Field("arg2")), ("Place", Field("ip"))], Thread);
        using var listener = Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        var record = AtKprobe(program, () => client.Connect(listener.LocalEndpoint));

        Assert.Equal(16ul, record["Length"]); // sizeof(struct sockaddr_in)
        Assert.Equal("tcp_v4_connect", KernelSymbols.Current.Find((ulong)record["Place"]!)?.Name);
    }

    [Fact]
    public void Fentry_reads_arguments_by_name()
    {
        RequireTrampolines("tcp_connect");
        var program = Define(ProgramType.Tracing, "tcp_connect", PeerFields(), Thread);
        program.Hook = ProgramHook.Fentry;
        AssertSeesConnection(act => Run(program, loaded => FentryAttachment.Attach(loaded), act));
    }

    [Fact]
    public void Fexit_reads_arguments_and_the_result()
    {
        RequireTrampolines("inet_bind");
        var program = Define(ProgramType.Tracing, "inet_bind",
            [("Length", Field("addr_len")), ("Type", Field("sock.type")), ("Result", Returned)], Thread);
        program.Hook = ProgramHook.Fexit;
        using var listener = Listen();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        var record = Run(program, loaded => FentryAttachment.Attach(loaded),
            () => Assert.Throws<SocketException>(() => other.Bind(listener.LocalEndpoint)));

        Assert.Equal([16, (short)SocketType.Stream, -(int)Errno.EADDRINUSE], record.Values);
    }

    [Fact]
    public void Lsm_program_reads_the_address_that_it_denies()
    {
        Assert.SkipUnless(
            BtfTypes.Kernel?.FindFunction("bpf_lsm_socket_bind") is not null &&
            SecurityModules.Active?.Contains("bpf") == true,
            "BPF is not among the kernel's security modules");
        var program = new ProgramDefinition("guard", ProgramType.Lsm) { Target = "socket_bind" };
        program.AddCode(code => code.If(
            Thread,
            then => then.Add(new OutputStatement(new StructExpression(
                [KeyValuePair.Create("Address", Field("address")), KeyValuePair.Create("Length", Field("addrlen")),
                    KeyValuePair.Create("Type", Field("sock.type"))])))
                .Return("Deny"),
            otherwise => otherwise.Return("Allow")));
        Counting.LoadOrSkip(program).Dispose();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var address = new IPEndPoint(IPAddress.Loopback, 31337);

        var record = Run(program, loaded => LsmAttachment.Attach(loaded),
            () => Assert.Equal(
                SocketError.AccessDenied, Assert.Throws<SocketException>(() => socket.Bind(address)).SocketErrorCode));

        Assert.Equal([address, 16, (short)SocketType.Dgram], record.Values);
    }

    [Fact]
    public void Iterator_reads_the_open_files_of_a_process()
    {
        Assert.SkipUnless(
            Counting.Has(BpfAttachType.TraceIterator) && BtfTypes.Kernel is not null,
            "iterators came with Linux 5.8, and take BTF");
        using var temporary = new TemporaryFile([1]);
        using var file = File.OpenHandle(temporary.Path);
        var program = Define(ProgramType.Tracing, "task_file",
            [("Process", Field("task.tgid")), ("Descriptor", Field("fd")),
                ("Name", Field("file.f_path.dentry.d_name.name"))],
            (Field("task.tgid") == Environment.ProcessId).And(Field("fd") == (int)file.DangerousGetHandle()));
        program.Hook = ProgramHook.Iterator;
        IteratorAttachment? attachment = null;

        var record = Run(
            program, loaded => attachment = IteratorAttachment.Attach(loaded), () => Assert.Empty(attachment!.Read()));

        Assert.Equal(
            [Environment.ProcessId, (uint)file.DangerousGetHandle(), Path.GetFileName(temporary.Path)], record.Values);
    }

    private static (string, Expression)[] PeerFields() =>
        [("Address", Field(Peer[0])), ("Port", Field(Peer[1])), ("Family", Field(Peer[2]))];

    private static void AssertSeesConnection(Func<Action, EbpfCat.Events.EventRecord> run)
    {
        using var listener = Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        var record = run(() => client.Connect(listener.LocalEndpoint));

        Assert.Equal([IPAddress.Loopback, (ushort)((IPEndPoint)listener.LocalEndpoint).Port,
            (ushort)AddressFamily.InterNetwork], record.Values);
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static EbpfCat.Events.EventRecord AtKprobe(ProgramDefinition program, Action act) =>
        Run(program, loaded => KprobeAttachment.Attach(loaded, new(program.Target!)), act);

    private static void RequireKprobes() =>
        Assert.SkipUnless(Directory.Exists("/sys/bus/event_source/devices/kprobe"), "the kernel has no kprobes");

    private static void RequireTrampolines(string function) => Assert.SkipUnless(
        BtfTypes.Kernel is not null && KernelSymbols.Current.Find("register_ftrace_direct") is not null
        && TraceableFunctions.Current is { IsExact: true } functions && functions.Contains(function),
        "the kernel cannot call programs from its functions");
}
