using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tests.Tracing;
using EbpfCat.Traces;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Traces;

public sealed class SyscallTraceTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Trace_of_bind_reports_address_and_time()
    {
        using var trace = SyscallTrace.Start(["bind"], new() { ProcessIds = [Environment.ProcessId] });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var before = DateTime.Now;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 31337));
        var after = DateTime.Now;

        var one = Assert.IsType<SyscallEvent>(Read(trace, 1).Single(), exactMatch: false);

        Assert.Equal("bind", Get(one, "Syscall"));
        Assert.Equal((uint)Environment.ProcessId, Get(one, "ProcessId"));
        Assert.Equal((uint)SyscallTrace.CurrentThread, Get(one, "ThreadId"));
        Assert.Equal(File.ReadAllText("/proc/thread-self/comm").Trim(), Get(one, "ProcessName"));
        Assert.Equal((int)socket.Handle, Get(one, "fd"));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 31337), Get(one, "umyaddr"));
        var time = Assert.IsType<DateTime>(Get(one, "Time"));
        Assert.InRange(time, before.AddMilliseconds(-1), after.AddMilliseconds(1));
        Assert.Equal(
            ["Time", "Syscall", "ProcessName", "ProcessId", "ThreadId", "UserId", "GroupId", "fd", "umyaddr",
                "addrlen"],
            one.GetType().GetProperties().Select(property => property.Name));
    }

    [Fact]
    public void Calls_of_several_names_come_in_the_order_of_their_times()
    {
        using var trace = SyscallTrace.Start(
            ["getpgid", "getsid", "getpriority"], new() { ProcessIds = [Environment.ProcessId] });
        Parallel.For(0, 4, _ => SystemCalls.Repeat(500, () =>
        {
            SystemCalls.GetProcessGroup(0);
            SystemCalls.GetSession(0);
        }));

        var calls = Read(trace, 4000);

        Assert.Equal(4000, calls.Count);
        Assert.Equal(calls.Select(one => Get(one, "Time")).Order(), calls.Select(one => Get(one, "Time")));
        foreach (var thread in calls.GroupBy(one => Get(one, "ThreadId")))
        {
            var names = thread.Select(one => Get(one, "Syscall")).ToList();
            Assert.Equal(names.Select((_, index) => index % 2 == 0 ? "getpgid" : "getsid"), names);
        }
    }

    // Addresses of any user may be of any family, too long, not UTF-8, absent or outside of memory.
    [Theory]
    [InlineData("1000000007000000010000", "netlink:7 groups 0x1")]
    [InlineData("110003000100000000000000", "packet:030001")]
    [InlineData("28000000d204000001000000", "vsock:0000d204000001")]
    [InlineData("00000000000000000000000000000000", "unspecified")]
    [InlineData("fe000102", "254:0102")]
    [InlineData("feff0102", "65534:0102")]
    [InlineData("ffff", "65535")]
    [InlineData("0100", "unix")]
    [InlineData("010000fffe41", "unix:@\ufffd\ufffdA")]
    [InlineData("01001b5b324a", "\x1b[2J")]
    [InlineData("02", "0.0.0.0:0")]
    [InlineData("", "unspecified")]
    public void Address_of_any_bytes_is_reported(string hexadecimal, string text)
    {
        var bytes = Convert.FromHexString(hexadecimal);
        using var trace = SyscallTrace.Start(["bind"], new() { ProcessIds = [Environment.ProcessId] });
        SystemCalls.Bind(-1, bytes, (uint)bytes.Length);

        var one = Read(trace, 1).Single();

        Assert.Equal(text, Get(one, "umyaddr")!.ToString());
        Assert.DoesNotContain(one.ToString(), char.IsControl);
    }

    [Fact]
    public void Path_that_fills_its_field_is_reported()
    {
        byte[] address = [1, 0, .. Enumerable.Repeat((byte)'a', 108)];
        using var trace = SyscallTrace.Start(["bind"], new() { ProcessIds = [Environment.ProcessId] });
        SystemCalls.Bind(-1, address, (uint)address.Length);

        Assert.Equal($"unix:{new string('a', 108)}", $"{Get(Read(trace, 1).Single(), "umyaddr")}");
    }

    [Fact]
    public void Missing_and_unreadable_addresses_differ_from_an_empty_one()
    {
        using var trace = SyscallTrace.Start(["connect"], new() { ProcessIds = [Environment.ProcessId] });
        SystemCalls.Connect(-1, 0, 16);
        SystemCalls.Connect(-1, 0, 0);
        SystemCalls.Connect(-1, 8, 16);

        var seen = Read(trace, 3);

        Assert.Null(Get(seen[0], "uservaddr"));
        Assert.Null(Get(seen[1], "uservaddr"));
        Assert.Equal("unreadable", Get(seen[2], "uservaddr")!.ToString());
        Assert.Equal("connect(fd=-1, uservaddr=NULL, addrlen=16)", seen[0].ToString());
    }

    [Fact]
    public void Completed_call_has_arguments_result_and_duration()
    {
        using var trace = SyscallTrace.Start(
            ["mkdir", "rmdir"], new() { Moment = SyscallMoment.Whole, ProcessIds = [Environment.ProcessId] });
        var path = Path.Combine(Path.GetTempPath(), $"ebpfcat-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        Directory.Delete(path);
        Assert.ThrowsAny<IOException>(() => Directory.Delete("/proc/1"));

        var seen = Read(trace, 3).ToLookup(one => Get(one, "Syscall"));

        var made = seen["mkdir"].First(one => (string?)Get(one, "pathname") == path);
        Assert.Equal(0L, Get(made, "ReturnValue"));
        Assert.Equal($"mkdir(pathname=\"{path}\", mode=0777) = 0", made.ToString());
        Assert.InRange((TimeSpan)Get(made, "Duration")!, TimeSpan.FromTicks(1), Long);
        var removed = seen["rmdir"].ToList();
        Assert.Contains(removed, one => (string?)Get(one, "pathname") == path && (long)Get(one, "ReturnValue")! == 0);
        Assert.Contains(
            removed, one => (string?)Get(one, "pathname") == "/proc/1" && (long)Get(one, "ReturnValue")! < 0);
        Assert.Equal(0, trace.Events.TakeLost());
    }

    [Theory]
    [InlineData(SyscallMoment.Enter, "")]
    [InlineData(SyscallMoment.Whole, " = 0")]
    public void Trace_of_execve_reports_the_arguments(SyscallMoment moment, string result)
    {
        string[] few = ["", "two words", $"{Guid.NewGuid():N}"];
        string[] many = [.. Enumerable.Range(0, 20).Select(number => $"{number}"), new string('x', 200)];
        using var trace = SyscallTrace.Start(["execve"], new() { Moment = moment });
        foreach (var arguments in new[] { few, many[^1..], many })
        {
            using var child = Process.Start("/bin/true", arguments);
            child.WaitForExit();
        }

        // Other processes start programs too.
        var seen = new List<EventObject>();
        while (seen.Count < 3 && Read(trace, 1) is [var one])
        {
            if ((string?)Get(one, "filename") == "/bin/true") seen.Add(one);
        }

        Assert.Equal(["/bin/true", .. few], (string[])Get(seen[0], "argv")!);
        Assert.Equal(["/bin/true", many[^1]], (string[])Get(seen[1], "argv")!);
        Assert.Equal(["/bin/true", .. many], (string[])Get(seen[2], "argv")!);
        Assert.All(seen, one => Assert.Empty(one.GetIncompleteTexts()));
        Assert.IsType<ulong>(Get(seen[0], "envp"));
        Assert.Equal(
            $"execve(filename=\"/bin/true\", argv=[\"/bin/true\", \"\", \"two words\", \"{few[2]}\"], " +
            $"envp=0x{Get(seen[0], "envp"):x}){result}",
            seen[0].ToString());
    }

    [Theory]
    [InlineData(SyscallMoment.Enter, 100, false)]
    [InlineData(SyscallMoment.Enter, 129, false)]
    [InlineData(SyscallMoment.Enter, 1000, true)]
    [InlineData(SyscallMoment.Whole, 120, false)]
    [InlineData(SyscallMoment.Whole, 1000, true)]
    public void Long_list_of_arguments_is_whole_or_says_that_it_is_not(SyscallMoment moment, int count, bool isCut)
    {
        string[] arguments = [.. Enumerable.Range(1, count - 1).Select(number => $"{number,-40}")];
        using var trace = SyscallTrace.Start(["execve"], new() { Moment = moment });
        using var child = Process.Start("/bin/true", arguments);
        child.WaitForExit();

        var one = ReadUntil(trace, each => Equals(Get(each, "filename"), "/bin/true"));

        var seen = (string[])Get(one, "argv")!;
        // The last text may be cut off too.
        Assert.Equal(["/bin/true", .. arguments.Take(seen.Length - 2)], seen[..^1]);
        Assert.StartsWith(seen[^1], arguments[seen.Length - 2], StringComparison.Ordinal);
        Assert.Equal(!isCut, seen.Length == count);
        Assert.Equal(isCut ? [TextFault.Truncated] : [], one.GetIncompleteTexts().Select(text => text.Fault));
        Assert.Equal(isCut, one.ToString().Contains(", …]", StringComparison.Ordinal));
    }

    // PATH_MAX is 4,096 with the NUL; the kernel refuses longer paths.
    [Theory]
    [InlineData(SyscallMoment.Enter, 4095, null)]
    [InlineData(SyscallMoment.Enter, 4096, TextFault.Truncated)]
    [InlineData(SyscallMoment.Whole, 254, null)]
    [InlineData(SyscallMoment.Whole, 255, null)]
    [InlineData(SyscallMoment.Whole, 256, null)]
    [InlineData(SyscallMoment.Whole, 4095, null)]
    [InlineData(SyscallMoment.Whole, 5000, TextFault.Truncated)]
    public void Path_is_whole_or_says_that_it_is_not(SyscallMoment moment, int length, TextFault? fault)
    {
        var path = "/proc/1/" + new string('é', (length - 8) / 2) + (length % 2 == 0 ? "" : "x");
        Assert.Equal(length, Encoding.UTF8.GetByteCount(path));
        var text = Marshal.StringToCoTaskMemUTF8(path);
        using var trace =
            SyscallTrace.Start(["rmdir"], new() { Moment = moment, ProcessIds = [Environment.ProcessId] });
        Assert.Equal(-1, SystemCalls.RemoveDirectory(text));
        Marshal.FreeCoTaskMem(text);

        var one = Read(trace, 1).Single();

        var seen = (string)Get(one, "pathname")!;
        var whole = fault is null ? path : path[..(8 + ((4095 - 8) / 2))];
        Assert.Equal(whole, seen);
        Assert.Equal(
            fault is { } kind ? [new("pathname", kind, (ulong)text)] : [], one.GetIncompleteTexts());
        Assert.Contains($"{whole}\"{(fault is null ? "" : "…")}", one.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SyscallMoment.Enter)]
    [InlineData(SyscallMoment.Whole)]
    public void Missing_and_unreadable_texts_differ_from_an_empty_one(SyscallMoment moment)
    {
        using var trace =
            SyscallTrace.Start(["rmdir"], new() { Moment = moment, ProcessIds = [Environment.ProcessId] });
        var empty = Marshal.StringToCoTaskMemUTF8("");
        foreach (var address in new[] { 0, 8, empty }) Assert.Equal(-1, SystemCalls.RemoveDirectory(address));
        Marshal.FreeCoTaskMem(empty);

        var seen = Read(trace, 3);

        Assert.Equal([null, null, ""], seen.Select(one => Get(one, "pathname")));
        Assert.Empty(seen[0].GetIncompleteTexts());
        Assert.Equal([new("pathname", TextFault.Unreadable, 8)], seen[1].GetIncompleteTexts());
        Assert.Empty(seen[2].GetIncompleteTexts());
        Assert.Equal(
            ["rmdir(pathname=NULL)", "rmdir(pathname=0x8)", "rmdir(pathname=\"\")"],
            seen.Select(one => one.ToString().Split(" = ")[0]));
    }

    // File name and arguments are in a mapped file of which no byte was read, as constants are after a fork.
    private const string StartsFromFile = """
        import ctypes, mmap, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        size = os.path.getsize(sys.argv[1])
        texts = open(sys.argv[1], 'rb').read().split(b'\0')
        fd = os.open(sys.argv[1], os.O_RDONLY)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
        start = libc.mmap(None, size, 1, 2, fd, 0)
        places, at = [], start
        for text in texts[:-1]:
            places.append(at)
            at += len(text) + 1
        argv = (ctypes.c_void_p * (len(places) + 1))(*places)
        envp = (ctypes.c_void_p * 1)(None)
        if sys.argv[2] == 'execve': libc.execve(ctypes.c_void_p(places[0]), argv, envp)
        elif sys.argv[2] == 'execveat': libc.syscall(322, -100, ctypes.c_void_p(places[0]), argv, envp, 0)
        else:
            import threading
            threading.Thread(target=lambda: libc.execve(ctypes.c_void_p(places[0]), argv, envp)).start()
        """;

    [Theory]
    [InlineData(SyscallMoment.Enter, "execve", "/bin/true")]
    [InlineData(SyscallMoment.Whole, "execve", "/bin/true")]
    [InlineData(SyscallMoment.Enter, "execve", "/bin/not-there")]
    [InlineData(SyscallMoment.Whole, "execve", "/bin/not-there")]
    [InlineData(SyscallMoment.Enter, "execveat", "/bin/true")]
    [InlineData(SyscallMoment.Whole, "execveat", "/bin/true")]
    [InlineData(SyscallMoment.Exit, "execveat", "/bin/true")]
    [InlineData(SyscallMoment.Whole, "thread", "/bin/true")]
    public void Started_program_has_file_and_arguments_that_were_not_in_memory(
        SyscallMoment moment, string way, string file)
    {
        string[] arguments = [file, "", "two words", $"{Guid.NewGuid():N}"];
        using var texts = new TemporaryFile(Encoding.UTF8.GetBytes(string.Join('\0', arguments) + '\0'));
        using var trace = SyscallTrace.Start([way == "thread" ? "execve" : way], new() { Moment = moment });
        using var child = StartPython(["-c", StartsFromFile, texts.Path, way]);
        child.WaitForExit();

        var one = ReadUntil(trace, each => moment == SyscallMoment.Exit
            ? Equals(Get(each, "ProcessId"), (uint)child.Id)
            : each.ToString().Contains(arguments[^1], StringComparison.Ordinal)
                && !each.ToString().Contains("import ctypes", StringComparison.Ordinal));

        Assert.Equal((uint)child.Id, Get(one, "ProcessId"));
        if (moment != SyscallMoment.Enter) Assert.Equal(file == "/bin/true" ? 0L : -2L, Get(one, "ReturnValue"));
        if (moment == SyscallMoment.Exit) return;
        Assert.Equal(file, Get(one, "filename"));
        Assert.Equal(file == "/bin/true" ? arguments : null, file == "/bin/true" ? Get(one, "argv") : null);
        if (moment == SyscallMoment.Enter) Assert.StartsWith("python", (string)Get(one, "ProcessName")!);
    }

    [Theory]
    [InlineData(SyscallMoment.Whole)]
    [InlineData(SyscallMoment.Exit)]
    public void Call_that_never_returns_is_reported_at_its_begin(SyscallMoment moment)
    {
        using var trace = SyscallTrace.Start(["exit_group", "getppid"], new() { Moment = moment });
        using var child = Process.Start("/bin/false");
        child.WaitForExit();

        var one = ReadUntil(trace, each => Equals(Get(each, "ProcessId"), (uint)child.Id));

        Assert.Equal("exit_group(error_code=1)", one.ToString());
        Assert.Equal(["exit_group"], trace.NeverReturning);
    }

    [Fact]
    public void Trace_of_several_names_ends_with_the_last_event_that_is_asked_for()
    {
        using var trace = SyscallTrace.Start(["rmdir", "getsid"], new() { ProcessIds = [Environment.ProcessId] });
        SystemCalls.GetSession(0);
        var clock = Stopwatch.StartNew();

        Assert.Single(Read(trace, 1));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Long / 2);
    }

    [Fact]
    public void String_not_in_memory_at_entry_is_read_at_exit()
    {
        const int readable = 1;
        const int isPrivate = 2;
        const nuint page = 4096;
        var path = $"/proc/1/ebpfcat-{Guid.NewGuid():N}";
        using var file = new TemporaryFile([.. Encoding.UTF8.GetBytes(path), 0]);
        using var opened = File.OpenHandle(file.Path);
        using var trace =
            SyscallTrace.Start(["rmdir"], new() { Moment = SyscallMoment.Whole, ProcessIds = [Environment.ProcessId] });
        var address = SystemCalls.Map(0, page, readable, isPrivate, (int)opened.DangerousGetHandle(), 0);
        try
        {
            Assert.Equal(-1, SystemCalls.RemoveDirectory(address));
        }
        finally
        {
            _ = SystemCalls.Unmap(address, page);
        }

        var one = Read(trace, 1).Single();

        Assert.Equal(path, Get(one, "pathname"));
        Assert.Equal("pathname", one.GetType().GetProperties()[SyscallPrograms.CommonCount].Name);
        Assert.Equal(SyscallPrograms.CommonCount + 3, one.GetType().GetProperties().Length);
    }

    [Fact]
    public void Call_prints_names_of_flags_and_mode_in_octal()
    {
        using var trace = SyscallTrace.Start(["openat"], new() { ProcessIds = [Environment.ProcessId] });
        using var file = new TemporaryFile([1]);

        var one = ReadUntil(trace, each => Equals(Get(each, "filename"), file.Path));

        // Created with permissions only for the user.
        var flags = @"O_RDWR\|O_CREAT\|O_EXCL(\|O_[A-Z]+)*";
        Assert.Matches(
            $"""^openat\(dfd=AT_FDCWD, filename="{file.Path}", flags={flags}, mode=0600\)$""", one.ToString());
    }

    [Fact]
    public void Trace_of_exits_reports_the_result()
    {
        using var trace =
            SyscallTrace.Start(["rmdir"], new() { Moment = SyscallMoment.Exit, ProcessIds = [Environment.ProcessId] });
        Assert.ThrowsAny<IOException>(() => Directory.Delete("/proc/1"));
        Assert.InRange((long)Get(Read(trace, 1).Single(), "ReturnValue")!, -133, -1);
    }

    [Theory]
    [InlineData(SyscallMoment.Enter)]
    [InlineData(SyscallMoment.Whole)]
    public void Trace_of_all_calls_reports_name_and_arguments(SyscallMoment moment)
    {
        using var trace =
            SyscallTrace.Start([SyscallTrace.All], new() { Moment = moment, ProcessIds = [Environment.ProcessId] });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var number = (ulong)socket.Handle;

        var one = ReadUntil(trace, each => Equals(Get(each, "Syscall"), "bind"));

        var arguments = Assert.IsType<ulong[]>(Get(one, "Arguments"));
        Assert.Equal(6, arguments.Length);
        Assert.Equal((number, 16ul), (arguments[0], arguments[2]));
        if (moment == SyscallMoment.Whole) Assert.Equal(0L, Get(one, "ReturnValue"));
    }

    [Fact]
    public void Unknown_system_call_is_reported_by_number()
    {
        using var trace = SyscallTrace.Start(
            [SyscallTrace.All], new() { Moment = SyscallMoment.Whole, ProcessIds = [Environment.ProcessId] });
        SystemCalls.Any(5000);

        var one =
            ReadUntil(trace, each => Convert.ToString(Get(each, "Syscall"), CultureInfo.InvariantCulture) == "5000");

        Assert.Matches(@"^5000\(.*\) = -38 ENOSYS$", one.ToString());
    }

    [Fact]
    public void Filter_runs_in_the_kernel()
    {
        var name = File.ReadAllText("/proc/thread-self/comm").Trim();
        Assert.Equal(1, Count(new() { ProcessIds = [1, Environment.ProcessId] }));
        Assert.Equal(0, Count(new() { ProcessIds = [1, 2] }));
        Assert.Equal(1, Count(new() { ProcessNames = ["none", name.ToUpperInvariant()] }));
        Assert.Equal(1, Count(new() { ProcessNames = [name[..3] + "*"] }));
        Assert.Equal(0, Count(new() { ProcessNames = [name + "x"] }, "/proc/2"));
        Assert.Equal(1, Count(new() { UserIds = [0], ProcessIds = [Environment.ProcessId] }));
        Assert.Equal(0, Count(new() { UserIds = [4_000_000_000], ProcessIds = [Environment.ProcessId] }));
        Assert.Equal(
            0, Count(new() { ProcessIds = [Environment.ProcessId], ExceptThread = SyscallTrace.CurrentThread }));
        Assert.Throws<ArgumentException>(() => Count(new() { ProcessNames = ["a*b"] }));
    }

    [Fact]
    public void Names_can_be_patterns_and_unknown_names_are_refused()
    {
        Assert.Equal(["openat", "openat2"], SyscallTrace.Resolve(["openat*"]));
        Assert.Equal(["newfstatat", "bind"], SyscallTrace.Resolve(["fstatat", "bind", "bind"]));
        Assert.Equal(["*"], SyscallTrace.Resolve(["bind", "*"]));
        Assert.Contains(
            "openat", Assert.Throws<UnknownNameException>(() => SyscallTrace.Resolve(["opennat"])).Suggestions);
        Assert.Throws<UnknownNameException>(() => SyscallTrace.Resolve(["opennat*"]));
    }

    [Theory]
    [InlineData(SyscallMoment.Enter)]
    [InlineData(SyscallMoment.Exit)]
    [InlineData(SyscallMoment.Whole)]
    public void Every_system_call_of_the_machine_can_be_traced(SyscallMoment moment)
    {
        var refused = new List<string>();
        var programs = new SyscallPrograms(new() { Moment = moment }, new ProcessTargets().Resolve(), 16);
        foreach (var name in Syscalls.Current.Names)
        {
            var syscall = Syscalls.Current[name];
            try
            {
                if (!programs.IsRemembered(syscall))
                {
                    EbpfProgram.Compile(programs.Single(syscall));
                    continue;
                }

                var begin = programs.Begin(syscall);
                EbpfProgram.Compile(begin);
                foreach (var end in programs.Ends(syscall, begin.Maps[0])) EbpfProgram.Compile(end);
            }
            catch (CompileException refusal)
            {
                refused.Add($"{name}: {refusal.Message}");
            }
        }

        Assert.Empty(refused);
    }

    private static Process StartPython(string[] arguments)
    {
        try
        {
            return Process.Start("python3", arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is absent.");
            throw;
        }
    }

    private static object? Get(EventObject one, string name) => one.GetType().GetProperty(name)!.GetValue(one);

    private static List<EventObject> Read(SyscallTrace trace, int most)
    {
        var seen = new List<EventObject>();
        trace.Events.Read(seen.Add, Long, most, Token);
        return seen;
    }

    private static EventObject ReadUntil(SyscallTrace trace, Func<EventObject, bool> isWanted)
    {
        EventObject? found = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        trace.Events.Read(
            one =>
            {
                if (found is not null || !isWanted(one)) return;
                found = one;
                stop.Cancel();
            },
            Long, cancellation: stop.Token);
        return found ?? throw new InvalidOperationException("The call was not told of.");
    }

    // The number of reported calls, of one call with a directory that only this test uses.
    private static int Count(SyscallTraceOptions options, string path = "/proc/1")
    {
        using var trace = SyscallTrace.Start(["rmdir"], options);
        Assert.ThrowsAny<IOException>(() => Directory.Delete(path));
        var count = 0;
        trace.Events.Read(
            one => count += (string?)Get(one, "pathname") == path ? 1 : 0, TimeSpan.Zero, cancellation: Token);
        return count;
    }
}
