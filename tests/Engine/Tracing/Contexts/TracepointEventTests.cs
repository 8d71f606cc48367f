using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class TracepointEventTests
{
    [Fact]
    public void Opened_file_has_name_and_flags()
    {
        using var file = new TemporaryFile([1, 2, 3]);
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_openat",
            [("Folder", Field("dfd")), ("File", Field("FileName")), ("Flags", Field("flags")),
                ("Mode", Field("mode"))]);

        var record =
            AtTracepoint(program, () => File.ReadAllBytes(file.Path), seen => (string?)seen["File"] == file.Path);

        Assert.Equal(-100, record["Folder"]);
        Assert.Equal(0, (int)record["Flags"]! & 3);
        Assert.Equal(["int32", "text", "int32", "uint16"], record.Type.Fields.Select(field => field.Type.Name));
    }

    [Fact]
    public void File_names_are_compared_in_the_kernel()
    {
        using var file = new TemporaryFile([]);
        var name = Path.GetFileName(file.Path);
        var isFile = new BinaryExpression(
            BinaryOperator.CaseSensitiveEqual, Text(Field("filename")), Expression.Constant(file.Path));
        var program =
            Define(ProgramType.Tracepoint, "syscalls/sys_enter_openat", [("File", Field("filename"))], isFile);

        var record = AtTracepoint(program, () =>
        {
            File.ReadAllBytes("/proc/self/stat");
            Assert.False(File.Exists(file.Path + "x"));
            Assert.Throws<FileNotFoundException>(() => File.ReadAllBytes(file.Path + "x"));
            File.ReadAllBytes(file.Path);
        });

        Assert.EndsWith(name, (string?)record["File"], StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_tracepoint_has_the_result_of_the_system_call()
    {
        var program = Define(
            ProgramType.Tracepoint, "syscalls/sys_exit_openat", [("Result", Returned)], This == Environment.ProcessId);

        var record = AtTracepoint(
            program, () => Assert.ThrowsAny<IOException>(() => File.ReadAllBytes("/nowhere/at/all")),
            seen => (long)seen["Result"]! < 0);

        Assert.Equal(-2L, record["Result"]);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork, "127.0.0.1")]
    [InlineData(AddressFamily.InterNetworkV6, "::1")]
    public void Socket_address_reads_as_an_endpoint(AddressFamily family, string address)
    {
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_bind",
            [("Descriptor", Field("fd")), ("Address", Field("umyaddr")), ("Length", Field("addrlen"))]);
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        Assert.SkipWhen(family == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6, "no IPv6");

        var record = AtTracepoint(program, () => socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0)));

        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), 0), record["Address"]);
        Assert.Equal((int)socket.Handle, record["Descriptor"]);
    }

    [Fact]
    public void Unix_socket_address_has_its_path()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ebpfcat-{Guid.NewGuid():N}");
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_bind", [("Address", Field("umyaddr"))]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var record = AtTracepoint(program, () => socket.Bind(new UnixDomainSocketEndPoint(path)));
            Assert.Equal(path, Assert.IsType<UnixDomainSocketEndPoint>(record["Address"]).ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Inline_and_dynamic_text_are_read()
    {
        // The child has its parent's name until it has its own.
        var program = Define(ProgramType.Tracepoint, "sched/sched_process_exec",
            [("File", Field("filename")), ("Child", Field("pid")),
                ("Name", new SystemValueExpression(SystemValue.ProcessName)), ("Parent", Parent)],
            Parent == Environment.ProcessId);
        using var child = new Process { StartInfo = new ProcessStartInfo("/bin/true") };

        var record = AtTracepoint(program, () =>
        {
            child.Start();
            child.WaitForExit();
        });

        Assert.Equal(["/bin/true", child.Id, "true", (uint)Environment.ProcessId], record.Values);
    }

    [Fact]
    public void Execve_has_the_arguments_of_the_new_process()
    {
        // The verifier of Linux 6.1 loses the limit of a list behind three texts, and refuses the program.
        Assert.SkipUnless(KernelFacts.RunningVersion >= new Version(6, 8), "this requires Linux 6.8");
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_execve",
            [("File", Field("filename")), ("First", Field("argv.0")), ("Second", Field("argv.1")),
                ("List", Field("argv")), ("Pointer", Field("argv").Cast(ScalarType.UInt64))],
            Parent == Environment.ProcessId);
        using var child = new Process { StartInfo = new ProcessStartInfo("/bin/echo", ["-n", "two"]) };

        var record = AtTracepoint(program, () =>
        {
            child.Start();
            child.WaitForExit();
        });

        Assert.Equal(["/bin/echo", "/bin/echo", "-n"], record.Values.Take(3));
        Assert.Equal(["/bin/echo", "-n", "two"], (string[])record["List"]!);
        Assert.NotEqual(0ul, record["Pointer"]);
    }

    [Fact]
    public void Name_in_the_record_is_text()
    {
        var program =
            Define(ProgramType.Tracepoint, "task/task_rename", [("Name", Field("newcomm")), ("Thread", Field("pid"))]);

        var record = AtTracepoint(
            program, () => OnThread(() => File.WriteAllText("/proc/thread-self/comm", "ebpfcat-named")),
            seen => (string?)seen["Name"] == "ebpfcat-named");

        Assert.NotEqual(0, record["Thread"]);
    }

    [Fact]
    public void Named_values_are_compared_and_output_by_name()
    {
        var isListening =
            new BinaryExpression(BinaryOperator.Equal, Field("newstate"), Expression.Constant("tcp_listen"));
        var program = Define(ProgramType.Tracepoint, "sock/inet_sock_set_state",
            [("Before", Field("oldstate")), ("After", Field("newstate")), ("Address", Field("saddr")),
                ("Port", Field("sport"))],
            isListening.And(This == Environment.ProcessId));
        using var listener = new TcpListener(IPAddress.Loopback, 0);

        var record = AtTracepoint(program, listener.Start);

        Assert.Equal(["TCP_CLOSE", "TCP_LISTEN", IPAddress.Loopback, (ushort)((IPEndPoint)listener.LocalEndpoint).Port],
            record.Values);
    }

    [Fact]
    public void Comparison_with_an_unknown_value_name_is_refused()
    {
        var isListening =
            new BinaryExpression(BinaryOperator.Equal, Field("newstate"), Expression.Constant("TCP_LISTENS"));
        var refusal = Refusal(
            Define(ProgramType.Tracepoint, "sock/inet_sock_set_state", [("State", Field("newstate"))], isListening));
        Assert.Equal("UnknownValueName", refusal.Id);
        Assert.Contains("TCP_LISTEN", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointer_to_a_user_struct_is_followed()
    {
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_clock_nanosleep",
            [("Seconds", Field("rqtp.tv_sec")), ("Nanoseconds", Field("rqtp.tv_nsec"))]);

        var record = AtTracepoint(
            program, () => LibC.Sleep(new LibC.TimeSpecification { Nanoseconds = 1_234_567 }, 0),
            seen => (long)seen["Nanoseconds"]! == 1_234_567);

        Assert.Equal([0L, 1_234_567L], record.Values);
    }

    [Fact]
    public void Written_buffer_reads_as_text_of_its_length_or_as_bytes()
    {
        using var file = new TemporaryFile([]);
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_pwrite64",
            [("Text", Text(Field("buf"))), ("Bytes", Field("buf").Cast(new BytesType(4))), ("Place", Field("buf"))]);

        var record = AtTracepoint(
            program, () => File.WriteAllText(file.Path, "a written text"),
            seen => (string?)seen["Text"] == "a written text");

        Assert.Equal("a wr"u8.ToArray(), record["Bytes"]);
        Assert.NotEqual(0ul, record["Place"]);
    }

    [Fact]
    public void Array_elements_are_read_by_constant_and_computed_index()
    {
        var second = new IndexExpression(Field("args"), new SystemValueExpression(SystemValue.Cpu) * 0 + 1);
        var program = Define(ProgramType.Tracepoint, "raw_syscalls/sys_enter",
            [("Number", Field("id")), ("First", Field("args.0")), ("Second", second), ("Whole", Field("args"))],
            (This == Environment.ProcessId)
                .And(Field("id") == EbpfCat.Tracing.Syscalls.Current["clock_nanosleep"].Number!.Value));

        var record = AtTracepoint(program, () => LibC.Sleep(new LibC.TimeSpecification { Nanoseconds = 1 }, 0));

        var whole = Assert.IsType<ulong[]>(record["Whole"]);
        Assert.Equal([whole[0], whole[1]], [record["First"], record["Second"]]);
        Assert.Equal((0ul, 0ul), (whole[0], whole[1])); // CLOCK_REALTIME, no flags
        Assert.NotEqual(0ul, whole[2]);
    }

    [Theory]
    [InlineData("syscalls/sys_enter_openat", "filname", "filename")]
    [InlineData("syscalls/sys_enter_openat", "common_pid", "process")]
    [InlineData("syscalls/sys_enter_clock_nanosleep", "rqtp.tv_secs", "tv_sec")]
    [InlineData("raw_syscalls/sys_enter", "args.6", "args")]
    public void Unknown_field_is_refused(string tracepoint, string field, string near)
    {
        var refusal = Refusal(Define(ProgramType.Tracepoint, tracepoint, [("Value", Field(field))]));
        Assert.Equal("UnknownField", refusal.Id);
        if (near != "args") Assert.Contains(near, refusal.Message, StringComparison.Ordinal);
    }

    private static void OnThread(ThreadStart act)
    {
        var thread = new Thread(act);
        thread.Start();
        thread.Join();
    }
}
